//! Python objects that a configuration names, and which of them run or need code that Keras does not bring.

use super::walk::Seen;
use crate::artifact::text::quoted;

/// What is written of one object: `{"module": .., "class_name": .., "config": {..}, "registered_name": ..}`.
#[derive(Default)]
pub(super) struct Object {
    pub class_name: Option<String>,
    pub module: Option<String>,
    pub registered_name: Option<String>,
    pub package: Option<String>,
    /// Its own `name`, or that of its `config`.
    pub name: Option<String>,
    /// `config` where it is a text: the name of a function.
    function: Option<String>,
    /// Its own or its `config`'s `vocabulary` or `filepath` where that is a text: a file.
    file: Option<String>,
}

/// Whether texts under a key say what an object is.
pub(super) fn is_telling(key: &str) -> bool {
    let keys = ["class_name", "module", "registered_name", "package", "name", "config", "vocabulary", "filepath"];
    keys.contains(&key)
}

impl Object {
    /// Takes what a key says.
    pub fn take(&mut self, key: &str, seen: Seen) {
        match key {
            "class_name" => self.class_name = seen.text,
            "module" => self.module = seen.text,
            "registered_name" => self.registered_name = seen.text,
            "package" => self.package = seen.text,
            "name" => self.name = self.name.take().or(seen.text),
            "vocabulary" | "filepath" => self.file = seen.text.or(self.file.take()),
            "config" => {
                self.function = seen.text;
                let config = seen.object.unwrap_or_default();
                self.name = config.name.or(self.name.take());
                self.file = config.file.or(self.file.take());
            }
            _ => {}
        }
    }
}

/// Packages whose objects come with Keras and its own libraries; Keras itself loads from no other.
const KERAS: [&str; 5] = ["keras", "keras_hub", "keras_cv", "keras_nlp", "tf_keras"];

/// Modules of Keras whose functions only compute.
const COMPUTES: [&str; 10] = [
    "activations",
    "backend",
    "constraints",
    "initializers",
    "losses",
    "metrics",
    "ops",
    "optimizers",
    "random",
    "regularizers",
];

/// What runs or must be there when an object is built, for people.
pub(super) fn custom_code(object: &Object) -> Option<String> {
    let class = object.class_name.as_deref()?;
    let named = match (&object.name, &object.function) {
        (Some(name), _) | (None, Some(name)) => format!("{} `{}`", quoted(class), quoted(name)),
        (None, None) => quoted(class),
    };
    if let Some(what) = runs(class) {
        return Some(format!("{named}: {what}"));
    }
    let origin = custom_origin(object, class)?;
    Some(format!("{named} of `{}`", quoted(&origin)))
}

/// What Keras' own classes run that is not theirs.
fn runs(class: &str) -> Option<&'static str> {
    // Keras 2 writes `package>class` where the class was registered.
    Some(match class.rsplit('>').next().unwrap_or(class) {
        "Lambda" => "Python code in the file",
        "__lambda__" => "compiled Python code in the file",
        "TFOpLambda" | "SlicingOpLambda" => "any TensorFlow function by its name",
        "TorchModuleWrapper" => "a pickled PyTorch module in the file",
        "TFSMLayer" => "a TensorFlow program in another folder",
        _ => return None,
    })
}

/// The package or module outside of Keras that an object is from, or the function of Keras that does more than compute.
fn custom_origin(object: &Object, class: &str) -> Option<String> {
    let registered = [object.registered_name.as_deref(), Some(class), object.function.as_deref()];
    let package = registered.into_iter().flatten().find_map(|name| Some(name.split_once('>')?.0));
    if let Some(package) = package.or(object.package.as_deref()).filter(|package| !is_keras(package)) {
        return Some(package.to_owned());
    }
    let module = object.module.as_deref()?;
    let is_typespec = class == "__typespec__" && package_of(module) == "tensorflow";
    let computes = match class {
        "function" => {
            module == "builtins" || (is_keras(module) && module.split('.').any(|part| COMPUTES.contains(&part)))
        }
        _ => module == "builtins" || is_keras(module) || is_typespec,
    };
    (!computes).then(|| module.to_owned())
}

fn is_keras(module: &str) -> bool {
    KERAS.contains(&package_of(module))
}

fn package_of(module: &str) -> &str {
    module.split('.').next().unwrap_or(module)
}

/// A file that is read when the object is built: a vocabulary, a program.
pub(super) fn external_file(object: &Object) -> Option<String> {
    object.class_name.as_ref().and(object.file.clone())
}
