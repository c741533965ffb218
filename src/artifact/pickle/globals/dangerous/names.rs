//! Single names of modules that also hold harmless ones, and names that mean harm wherever they are found. Lists are words
//! with spaces between them.

use super::Harm;

/// Names that any of some modules hold.
pub struct Names {
    harm: Harm,
    modules: &'static str,
    names: &'static str,
}

impl Names {
    pub fn modules(&self) -> impl Iterator<Item = &'static str> {
        self.modules.split(' ')
    }

    pub fn harm(&self, name: &str) -> Option<Harm> {
        self.names.split(' ').any(|listed| listed == name).then_some(self.harm)
    }
}

const fn names(harm: Harm, modules: &'static str, names: &'static str) -> Names {
    Names { harm, modules, names }
}

pub const NAMES: &[Names] = &[
    names(
        Harm::Code,
        "builtins __builtin__ __builtins__",
        "eval exec execfile compile breakpoint apply help __build_class__ input",
    ),
    names(
        Harm::Reach,
        "builtins __builtin__ __builtins__",
        "__import__ __loader__ __spec__ delattr dir getattr globals hasattr locals reload setattr super vars",
    ),
    names(Harm::Files, "builtins __builtin__ __builtins__", "open file raw_input"),
    names(Harm::Later, "builtins __builtin__ __builtins__", "exit quit"),
    names(Harm::Files, "io _io", "open open_code FileIO OpenWrapper _io text_encoding"),
    names(Harm::Files, "codecs", "open EncodedFile"),
    names(Harm::Files, "gzip", "open GzipFile"),
    names(Harm::Files, "bz2", "open BZ2File"),
    names(Harm::Files, "lzma", "open LZMAFile"),
    names(Harm::Files, "logging", "FileHandler basicConfig"),
    names(Harm::Reach, "logging", "setLoggerClass setLogRecordFactory"),
    names(Harm::Code, "logging", "BufferingFormatter StringTemplateStyle StrFormatStyle"),
    names(Harm::Reach, "operator _operator", "attrgetter itemgetter methodcaller call setitem delitem __call__"),
    names(
        Harm::Reach,
        "functools _functools",
        "partial partialmethod reduce singledispatch singledispatchmethod update_wrapper",
    ),
    names(
        Harm::Code,
        "types",
        "FunctionType LambdaType MethodType CodeType CellType ClassMethodDescriptorType BuiltinFunctionType \
         BuiltinMethodType FrameType ModuleType DynamicClassAttribute coroutine new_class prepare_class",
    ),
    names(Harm::Code, "new", "code function instancemethod classobj module"),
    names(Harm::Code, "typing typing_extensions", "get_type_hints ForwardRef _eval_type"),
    names(Harm::Code, "dataclasses", "make_dataclass _create_fn _process_class _FuncBuilder"),
    names(Harm::Code, "collections", "namedtuple"),
    names(Harm::Code, "attr._make attr._compat", "_compile_and_eval _eval_snippets _make_method"),
    names(Harm::Reach, "string", "Formatter _string"),
    names(Harm::Reach, "copyreg copy_reg", "pickle constructor add_extension remove_extension"),
    names(Harm::Later, "weakref", "finalize"),
    names(Harm::Later, "signal _signal", "signal raise_signal pthread_kill set_wakeup_fd"),
    names(
        Harm::Programs,
        "uuid",
        "_find_mac _find_mac_near_keyword _find_mac_under_heading _get_command_stdout _popen getnode uuid1",
    ),
    names(Harm::Programs, "platform", "popen _syscmd_file _syscmd_ver architecture processor uname platform"),
    names(Harm::Programs, "commands", "getoutput getstatusoutput getstatus"),
    names(Harm::Code, "code", "InteractiveInterpreter InteractiveConsole interact compile_command Quitter"),
    names(Harm::Code, "profile trace", "run runctx Profile Trace"),
    names(Harm::Reach, "site", "addpackage addsitedir execsitecustomize execusercustomize main"),
    names(Harm::Code, "test.support test.support.script_helper", "run_code import_helper run_doctest"),
    names(Harm::Files, "ast tokenize pyclbr symtable", "open readmodule readmodule_ex main"),
    names(Harm::Files, "configparser ConfigParser", "open"),
    names(Harm::Files, "readline", "read_init_file read_history_file write_history_file"),
    names(Harm::Network, "urllib", "urlopen urlretrieve URLopener FancyURLopener request"),
    names(Harm::Reach, "xml.sax", "make_parser parse"),
    names(
        Harm::Load,
        "pkg_resources",
        "load_entry_point run_script require EntryPoint working_set run_main iter_entry_points",
    ),
    names(Harm::Programs, "setuptools distutils", "setup sandbox run_setup"),
    names(
        Harm::Load,
        "joblib joblib.numpy_pickle joblib.numpy_pickle_compat sklearn.utils._joblib",
        "Memory NumpyUnpickler Parallel ZipNumpyUnpickler _unpickle dump load load_compatibility \
         load_temporary_memmap parallel_backend",
    ),
    names(
        Harm::Files,
        "numpy numpy.lib np",
        "DataSource fromfile fromregex genfromtxt loadtxt memmap ndfromtxt open_memmap recfromcsv recfromtxt save \
         savetxt savez savez_compressed",
    ),
    names(Harm::Load, "numpy numpy.lib np numpy.core.multiarray", "load loads _load_from_filelike"),
    names(
        Harm::Code,
        "numpy numpy.lib np",
        "apply_along_axis apply_over_axes frompyfunc fromfunction piecewise safe_eval source",
    ),
    names(Harm::Load, "pandas pd", "read_pickle to_pickle HDFStore read_hdf"),
    names(Harm::Code, "pandas pd", "eval"),
    names(
        Harm::Files,
        "pandas pd",
        "ExcelFile ExcelWriter read_clipboard read_csv read_excel read_feather read_fwf read_html read_json \
         read_orc read_parquet read_sas read_spss read_sql read_sql_query read_stata read_table read_xml",
    ),
    names(Harm::Files, "aifc sunau wave xml.etree.ElementTree xml.dom.minidom xml.sax", "open parse"),
    names(Harm::Files, "plistlib tomllib", "load"),
    names(
        Harm::Network,
        "keras.utils keras.src.utils keras.src.utils.file_utils tensorflow.keras.utils tf_keras.utils",
        "get_file",
    ),
    names(Harm::Native, "scipy", "LowLevelCallable"),
    names(Harm::Load, "torch", "load hub jit package save _import_dotted_name"),
    names(Harm::Code, "torch", "compile"),
    names(Harm::Files, "torch", "from_file"),
    names(
        Harm::Code,
        "torch.fx.graph_module torch.fx._lazy_graph_module",
        "_deserialize_graph_module _exec_with_source _forward_from_src reduce_deploy_graph_module \
         reduce_graph_module reduce_package_graph_module",
    ),
    names(Harm::Load, "torch.utils._config_module", "ConfigModule install_config_module"),
    names(
        Harm::Native,
        "torch._C",
        "import_ir_module import_ir_module_from_buffer PyTorchFileReader PyTorchFileWriter",
    ),
    names(
        Harm::Code,
        "tensorflow tf tensorflow.python.ops.script_ops tensorflow.compat.v1",
        "py_function numpy_function py_func eager_py_func",
    ),
    names(Harm::Native, "tensorflow tf", "load_op_library load_library raw_ops"),
    names(Harm::Reach, "hydra.utils hydra._internal.utils", "instantiate call get_method _locate get_object"),
    names(Harm::Network, "select", "select poll epoll kqueue devpoll"),
    names(Harm::Programs, "ray dask.distributed distributed", "init remote Client"),
    names(Harm::Network, "datasets", "load_dataset load_from_disk"),
    names(Harm::Network, "nltk", "download download_shell download_gui"),
    names(Harm::Load, "nltk.data spacy spacy.util", "load load_model"),
    names(Harm::Load, "transformers", "pipeline"),
    names(Harm::Code, "numexpr numexpr.necompiler", "evaluate re_evaluate"),
    names(
        Harm::Code,
        "sympy sympy.core.sympify sympy.parsing.sympy_parser sympy.utilities.lambdify",
        "sympify parse_expr lambdify S eval_expr",
    ),
    names(Harm::Code, "fire fire.core", "Fire"),
    names(Harm::Code, "django.core.management", "call_command execute_from_command_line"),
];

/// Wherever they are found: functions are imported from module to module, and methods are reached through their class.
pub const ANYWHERE: &[(Harm, &str)] = &[
    (
        Harm::Programs,
        "Popen check_call check_output create_subprocess_exec create_subprocess_shell execl execle execlp execlpe \
         execv execve execvp execvpe fork_exec forkpty getoutput getstatusoutput popen popen2 popen3 popen4 \
         posix_spawn posix_spawnp spawnl spawnle spawnlp spawnlpe spawnv spawnve spawnvp spawnvpe startfile \
         system",
    ),
    (
        Harm::Code,
        "_Eval _eval_repr eval exec exec_module execfile func_load py_func run_module run_path runcode runctx \
         runeval runsource runstring",
    ),
    (
        Harm::Reach,
        "__builtins__ __dict__ __getattr__ __getattribute__ __globals__ __import__ __loader__ __subclasses__ \
         attrgetter getattr import_from_string import_module import_string methodcaller resolve_name setattr",
    ),
    (
        Harm::Load,
        "deserialize_keras_object from_pretrained load_model load_pickle load_state_dict_from_url read_pickle \
         unsafe_load",
    ),
    (Harm::Files, "extractall fromfile memmap read_bytes read_text rmtree unlink write_bytes write_text"),
    (Harm::Network, "cached_download download_url_to_file hf_hub_download snapshot_download urlopen urlretrieve"),
    (Harm::Native, "CDLL LoadLibrary PyDLL load_library load_op_library"),
];
