//! Modules of which no import belongs into a file of weights. Lists are words with spaces between them.

use super::Harm;

/// With everything below them.
pub const WHOLE: &[(Harm, &str)] = &[
    (
        Harm::Programs,
        "_aix_support _bootsubprocess _osx_support _posixsubprocess antigravity asyncio asyncssh billiard celery \
         concurrent distutils.archive_util distutils.ccompiler distutils.cmd distutils.command distutils.core \
         distutils.dir_util distutils.file_util distutils.spawn distutils.sysconfig distutils.unixccompiler \
         distutils.util docker ensurepip execnet gunicorn kubernetes multiprocess multiprocessing nt os paramiko \
         pexpect pip pipes pipx plumbum popen2 posix pty ptyprocess setuptools.build_meta setuptools.command \
         setuptools.launch setuptools.package_index setuptools.sandbox subprocess subprocess32 \
         torch.distributed.elastic torch.distributed.launch torch.distributed.launcher torch.distributed.run \
         torch.multiprocessing torch.utils.collect_env virtualenv webbrowser winpty",
    ),
    (
        Harm::Code,
        "IPython _interpreters _testcapi _testinternalcapi _tkinter _xxinterpchannels _xxsubinterpreters bdb \
         cProfile cgitb codeop compileall doctest idlelib ipdb ipykernel jinja2 lib2to3 mako modulefinder nose \
         numpy.distutils numpy.f2py numpy.testing pandas.core.computation pdb pudb py_compile pydoc pytest \
         _pytest pyximport rlcompleter runpy scipy.weave timeit tkinter Tkinter torch._dynamo torch._inductor \
         torch.fx.experimental torch.jit torch.package torch.testing._internal torch.utils.benchmark \
         torch.utils.bottleneck turtledemo unittest venv zipapp",
    ),
    (
        Harm::Reach,
        "_frozen_importlib _frozen_importlib_external _imp django.utils.module_loading gc imp importlib \
         importlib_metadata importlib_resources inspect omegaconf.resolvers pkgutil stevedore sys sysconfig \
         werkzeug.utils zipimport zope.dottedname",
    ),
    (
        Harm::Load,
        "_pickle cPickle cloudpickle dill hickle joblib.externals joblib.parallel joblib.pool jsonpickle \
         keras.saving keras.src.legacy.saving keras.src.saving klepto logging.config marshal numba.core.serialize \
         oyaml pandas.compat.pickle_compat pandas.io.pickle pickle pickle5 pickletools ruamel ruamel_yaml shelve \
         tensorflow.saved_model torch._weights_only_unpickler torch.hub torch.serialization \
         torch.utils.data.datapipes torch.utils.model_zoo torch.utils.show_pickle yaml zodbpickle",
    ),
    (
        Harm::Files,
        "_dbm _gdbm _pyio _sqlite3 anydbm dbm fcntl filecmp fileinput fsspec gcsfs glob linecache mailbox mailcap \
         netrc numpy.compat.py3k numpy.lib._datasource numpy.lib._npyio_impl numpy.lib.format numpy.lib.npyio \
         numpy.memmap pandas.io s3fs scipy.io shutil sklearn.datasets smart_open sqlite3 tarfile tempfile \
         tensorflow.io tensorflow.python.lib.io winreg _winreg zipfile",
    ),
    (
        Harm::Network,
        "BaseHTTPServer CGIHTTPServer SimpleHTTPServer SimpleXMLRPCServer SocketServer _socket _ssl aiohttp anyio \
         asynchat asyncore azure boto boto3 botocore eventlet ftplib gdown gevent google.cloud grpc http httplib \
         httplib2 httpx huggingface_hub imaplib kafka logging.handlers nntplib pika playwright poplib psycopg2 \
         pycurl pymongo pymysql redis requests selectors selenium smtpd smtplib socket socketserver sqlalchemy \
         ssl telnetlib torch.distributed.rpc tornado twisted urllib.request urllib.robotparser urllib2 urllib3 \
         uvicorn websocket websockets wget wsgiref xmlrpc xmlrpclib zmq",
    ),
    (
        Harm::Native,
        "_cffi_backend _ctypes _winapi cffi comtypes cppyy ctypes cupy.cuda jnius jpype llvmlite mmap msilib \
         msvcrt numpy.ctypeslib pycuda pyopencl pythoncom tensorflow.python.framework.load_library \
         tensorflow.raw_ops torch._classes torch._ops torch.classes torch.library torch.ops \
         torch.utils._cpp_extension_versioner torch.utils.cpp_extension win32api win32com win32process",
    ),
    (Harm::Later, "_signal _thread atexit dummy_threading faulthandler sched syslog thread threading"),
];

/// On their own only: they have no submodules, and packages of other people bear the same names.
pub const ALONE: &[(Harm, &str)] = &[
    (Harm::Programs, "commands fabric invoke platform sh"),
    (Harm::Code, "cgi cmd trace turtle profile"),
    (Harm::Reach, "site sitecustomize usercustomize"),
    (Harm::Files, "grp nis pwd spwd"),
    (Harm::Network, "trio"),
    (Harm::Native, "winsound"),
];

/// Parts of a module's path that are known wherever they stand: copies of these modules travel inside other packages.
pub const IN_PACKAGES: &str = "__builtin__ __builtins__ builtins cPickle cloudpickle commands ctypes dill functools imp importlib joblib \
     marshal nt operator os pickle posix pty runpy shutil socket subprocess sys";
