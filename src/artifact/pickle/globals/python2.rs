//! Names that Python 3 replaces when it reads protocols 0 to 2, because modules and names moved between Python 2 and 3.
//!
//! Python: Lib/_compat_pickle.py, and Lib/pickle.py, `Unpickler.find_class`: single names first, then whole modules.

/// From this protocol on nothing is mapped.
pub const MAPPED_BELOW: u8 = 3;

/// Where Python 3 looks instead; none where it looks under the name as written.
pub fn mapped<'a>(module: &'a str, name: &'a str) -> Option<(&'a str, &'a str)> {
    single(module, name).or_else(|| Some((whole_module(module)?, name)))
}

fn single<'a>(module: &str, name: &'a str) -> Option<(&'a str, &'a str)> {
    Some(match (module, name) {
        ("__builtin__", "xrange") => ("builtins", "range"),
        ("__builtin__", "unichr") => ("builtins", "chr"),
        ("__builtin__", "unicode" | "basestring") => ("builtins", "str"),
        ("__builtin__", "long") => ("builtins", "int"),
        ("__builtin__", "reduce") => ("functools", name),
        ("__builtin__", "intern") => ("sys", name),
        ("itertools", "izip") => ("builtins", "zip"),
        ("itertools", "imap") => ("builtins", "map"),
        ("itertools", "ifilter") => ("builtins", "filter"),
        ("itertools", "ifilterfalse") => ("itertools", "filterfalse"),
        ("itertools", "izip_longest") => ("itertools", "zip_longest"),
        ("UserDict", "IterableUserDict" | "UserDict") => ("collections", "UserDict"),
        ("UserList", "UserList") | ("UserString", "UserString") => ("collections", name),
        ("whichdb", "whichdb") => ("dbm", name),
        ("_socket", "fromfd") => ("socket", name),
        ("socket", "_socketobject") => ("socket", "SocketType"),
        ("_multiprocessing", "Connection") => ("multiprocessing.connection", name),
        ("multiprocessing.process", "Process") => ("multiprocessing.context", name),
        ("multiprocessing.forking", "Popen") => ("multiprocessing.popen_fork", name),
        ("multiprocessing", "AuthenticationError" | "BufferTooShort" | "ProcessError" | "TimeoutError") => {
            ("multiprocessing.context", name)
        }
        ("urllib", "ContentTooShortError") | ("urllib2", "HTTPError" | "URLError") => ("urllib.error", name),
        ("urllib", "getproxies" | "pathname2url" | "url2pathname" | "urlcleanup" | "urlopen" | "urlretrieve") => {
            ("urllib.request", name)
        }
        ("urllib", "quote" | "quote_plus" | "unquote" | "unquote_plus" | "urlencode") => ("urllib.parse", name),
        ("exceptions", "StandardError") => ("builtins", "Exception"),
        // All of Python 2's exceptions became builtins.
        ("exceptions", _) => ("builtins", name),
        _ => return None,
    })
}

fn whole_module(module: &str) -> Option<&'static str> {
    Some(match module {
        "__builtin__" => "builtins",
        "copy_reg" => "copyreg",
        "Queue" => "queue",
        "SocketServer" => "socketserver",
        "ConfigParser" => "configparser",
        "repr" => "reprlib",
        "tkFileDialog" | "FileDialog" => "tkinter.filedialog",
        "tkSimpleDialog" | "SimpleDialog" => "tkinter.simpledialog",
        "tkColorChooser" => "tkinter.colorchooser",
        "tkCommonDialog" => "tkinter.commondialog",
        "Dialog" => "tkinter.dialog",
        "Tkdnd" => "tkinter.dnd",
        "tkFont" => "tkinter.font",
        "tkMessageBox" => "tkinter.messagebox",
        "ScrolledText" => "tkinter.scrolledtext",
        "Tkconstants" => "tkinter.constants",
        "Tix" => "tkinter.tix",
        "ttk" => "tkinter.ttk",
        "Tkinter" => "tkinter",
        "markupbase" => "_markupbase",
        "_winreg" => "winreg",
        "thread" => "_thread",
        "dummy_thread" => "_dummy_thread",
        "dbhash" => "dbm.bsd",
        "dumbdbm" => "dbm.dumb",
        "dbm" => "dbm.ndbm",
        "gdbm" => "dbm.gnu",
        "anydbm" | "whichdb" => "dbm",
        "xmlrpclib" => "xmlrpc.client",
        "SimpleXMLRPCServer" | "DocXMLRPCServer" => "xmlrpc.server",
        "httplib" => "http.client",
        "BaseHTTPServer" | "SimpleHTTPServer" | "CGIHTTPServer" => "http.server",
        "Cookie" => "http.cookies",
        "cookielib" => "http.cookiejar",
        "htmlentitydefs" => "html.entities",
        "HTMLParser" => "html.parser",
        "test.test_support" => "test.support",
        "commands" => "subprocess",
        "urlparse" => "urllib.parse",
        "robotparser" => "urllib.robotparser",
        "urllib2" => "urllib.request",
        "cPickle" => "pickle",
        "_abcoll" => "collections.abc",
        "_elementtree" => "xml.etree.ElementTree",
        "UserDict" | "UserList" | "UserString" => "collections",
        "StringIO" | "cStringIO" => "io",
        _ => return None,
    })
}
