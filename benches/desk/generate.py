"""Writes the files that are scanned where no folder is named: dense opcodes, real pickles, and a large PyTorch zip; and a
repository in which everything changed."""

import collections
import os
import pickle
import random
import struct
import subprocess
import sys
import types
import zipfile

MIB = 1 << 20


def dense(path):
    """20 MB of opcodes of two and three bytes, in lists of 1,000 numbers: 8 million of them."""
    body = b"".join(b"K" + bytes([at & 127]) + b"M" + struct.pack("<H", at) for at in range(500))
    part = b"(" + body + b"e"
    with open(path, "wb") as out:
        out.write(b"\x80\x02]" + part * (20_000_000 // len(part)) + b".")


def objects(path):
    """What `pickle.dumps` makes of records of texts and numbers, 20 MB."""
    names = [f"feature_{at}" for at in range(200)]
    random.seed(1)
    record = lambda at: {"id": at, "name": random.choice(names), "score": random.random(), "tags": [at % 7, at % 11]}
    with open(path, "wb") as out:
        pickle.dump([record(at) for at in range(420_000)], out, protocol=4)


def torch_stubs():
    """Enough of torch for the pickler to write its names."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    torch.FloatStorage = type("FloatStorage", (), {"__module__": "torch"})
    utils._rebuild_tensor_v2 = lambda *_: None
    utils._rebuild_tensor_v2.__module__ = "torch._utils"
    utils._rebuild_tensor_v2.__qualname__ = utils._rebuild_tensor_v2.__name__ = "_rebuild_tensor_v2"
    torch._utils = utils
    sys.modules.update({"torch": torch, "torch._utils": utils})
    return torch, utils


def state(members, values):
    """The pickle of a state dict, as `torch.save` writes it."""
    torch, utils = torch_stubs()

    class Storage:
        def __init__(self, key):
            self.key = key

    class Tensor:
        def __init__(self, key):
            self.storage = Storage(key)

        def __reduce__(self):
            return utils._rebuild_tensor_v2, (self.storage, 0, (values,), (1,), False, collections.OrderedDict())

    class Pickler(pickle._Pickler):
        def persistent_id(self, value):
            if isinstance(value, Storage):
                return ("storage", torch.FloatStorage, value.key, "cpu", values)
            return None

    import io

    out = io.BytesIO()
    tensors = ((f"model.layers.{at}.weight", Tensor(str(at))) for at in range(members))
    Pickler(out, protocol=2).dump(collections.OrderedDict(tensors))
    return out.getvalue()


def torch_zip(path, members, mib_each):
    """A PyTorch zip: a pickle, and stored numbers in many members."""
    numbers = os.urandom(MIB) * mib_each
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        archive.writestr("archive/data.pkl", state(members, len(numbers) // 4))
        for at in range(members):
            archive.writestr(f"archive/data/{at}", numbers)
        archive.writestr("archive/version", b"3\n")


CARD = """---
license: apache-2.0
base_model: acme/encoder-v1
datasets: [acme/reviews]
model-index:
- name: m{card}
  results:
  - task: {{type: text-classification}}
    dataset: {{type: acme/reviews, name: Reviews}}
    metrics:
    - {{type: accuracy, value: 0.9{version}}}
---

# Model {card}

## Bias, Risks, and Limitations

{text}
"""


def repository(path, files=3_000, cards=50):
    """Two commits that differ in all files; every card's folder has weights of its own, in large-file storage."""
    git = ["git", "-C", path, "-c", "user.name=Ana Lima", "-c", "user.email=ana@acme.example"]
    run = lambda *words: subprocess.run([*git, *words], check=True, stdout=subprocess.DEVNULL)

    def write(name, text):
        name = os.path.join(path, name)
        os.makedirs(os.path.dirname(name), exist_ok=True)
        with open(name, "w", encoding="utf-8") as out:
            out.write(text)

    os.makedirs(path)
    run("init", "--quiet")
    for version in (1, 2):
        for card in range(cards):
            text = "A sentence about the model and what it is for. " * 40
            write(f"models/m{card:02}/README.md", CARD.format(card=card, version=version, text=text))
            oid = f"{card * 10 + version:064x}"
            pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 438000000\n"
            write(f"models/m{card:02}/model.safetensors", pointer)
        for file in range(files - 2 * cards):
            lines = (f"value_{line} = {version if line == 30 else file}\n" for line in range(60))
            write(f"src/part{file % 40:02}/file{file:04}.py", "".join(lines))
        run("add", "--all")
        run("commit", "--quiet", "--message", f"Version {version}")


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    wanted = {
        "dense.pkl": dense,
        "objects.pkl": objects,
        "small.pt": lambda path: torch_zip(path, 20, 1),
        "large.pt": lambda path: torch_zip(path, 300, 5),
        "changes": repository,
    }
    for name, write in wanted.items():
        path = os.path.join(folder, name)
        if not os.path.exists(path):
            write(path + ".part")
            os.rename(path + ".part", path)


main()
