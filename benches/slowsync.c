/* Preloaded into a server by the bench: counts every flush to disk and makes it take longer, so that figures about
 * durability do not depend on the disk of the day.
 *
 *   SLOWSYNC_US     microseconds added to each flush (1000: a common SSD with a real flush)
 *   SLOWSYNC_COUNT  file of eight bytes that holds the number of flushes so far, readable at any time
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static _Atomic uint64_t unseen;
static _Atomic uint64_t *count = &unseen;
static long pause_us;

__attribute__((constructor)) static void begin(void) {
    const char *pause = getenv("SLOWSYNC_US");
    pause_us = pause ? atol(pause) : 0;
    const char *path = getenv("SLOWSYNC_COUNT");
    int file = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (file < 0) return;
    if (ftruncate(file, sizeof *count) == 0) {
        void *shared = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (shared != MAP_FAILED) count = shared;
    }
    close(file);
}

static void flushed(void) {
    atomic_fetch_add(count, 1);
    struct timespec pause = {pause_us / 1000000, (pause_us % 1000000) * 1000};
    if (pause_us > 0) nanosleep(&pause, NULL);
}

typedef int (*sync_call)(int);

int fsync(int file) {
    static sync_call next;
    if (!next) next = (sync_call)dlsym(RTLD_NEXT, "fsync");
    int answer = next(file);
    flushed();
    return answer;
}

int fdatasync(int file) {
    static sync_call next;
    if (!next) next = (sync_call)dlsym(RTLD_NEXT, "fdatasync");
    int answer = next(file);
    flushed();
    return answer;
}
