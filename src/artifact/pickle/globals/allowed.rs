//! Imports that rebuild plain data and nothing else.
//!
//! PyTorch: torch/_weights_only_unpickler.py, `_get_allowed_globals`, which `torch.load(weights_only=True)` accepts. NumPy: what its
//! arrays, scalars and random states are rebuilt with (numpy/_core/multiarray.py, numpy/random/_pickle.py). Python: plain types.

pub fn contains(module: &str, name: &str) -> bool {
    match module {
        "builtins" => BUILTINS.contains(&name),
        "collections" => matches!(name, "OrderedDict" | "Counter" | "defaultdict"),
        "decimal" => name == "Decimal",
        // How protocol 2 spells bytes.
        "_codecs" => name == "encode",
        "numpy" => matches!(name, "dtype" | "ndarray"),
        "numpy.core.multiarray" | "numpy._core.multiarray" => matches!(name, "_reconstruct" | "scalar"),
        "numpy.core.numeric" | "numpy._core.numeric" => name == "_frombuffer",
        "numpy.random" => name == "__RandomState_ctor",
        "numpy.random._pickle" => matches!(name, "__randomstate_ctor" | "__generator_ctor" | "__bit_generator_ctor"),
        "numpy.random._mt19937" => name == "MT19937",
        "numpy.random._pcg64" => matches!(name, "PCG64" | "PCG64DXSM"),
        "numpy.random._philox" => name == "Philox",
        "numpy.random._sfc64" => name == "SFC64",
        "torch" => is_torch_type(name),
        "torch._utils" => TORCH_REBUILD.contains(&name),
        "torch._tensor" => name == "_rebuild_from_type_v2",
        "torch.nn.parameter" => name == "Parameter",
        "torch.serialization" => name == "_get_layout",
        "torch.storage" => matches!(name, "TypedStorage" | "UntypedStorage"),
        "torch.cuda" | "torch.sparse" | "torch.cuda.sparse" => is_typed(name),
        _ => false,
    }
}

const BUILTINS: [&str; 14] = [
    "bool",
    "bytearray",
    "bytes",
    "complex",
    "dict",
    "float",
    "frozenset",
    "int",
    "list",
    "object",
    "range",
    "set",
    "slice",
    "tuple",
];

fn is_torch_type(name: &str) -> bool {
    matches!(name, "Size" | "Tensor" | "device") || is_typed(name) || TORCH_DTYPES.contains(&name)
}

/// `FloatStorage`, `FloatTensor` and their like.
fn is_typed(name: &str) -> bool {
    let kind = name.strip_suffix("Storage").or_else(|| name.strip_suffix("Tensor"));
    kind.is_some_and(|kind| TORCH_KINDS.contains(&kind))
}

const TORCH_KINDS: [&str; 17] = [
    "BFloat16",
    "Bool",
    "Byte",
    "Char",
    "ComplexDouble",
    "ComplexFloat",
    "Double",
    "Float",
    "Half",
    "Int",
    "Long",
    "QInt32",
    "QInt8",
    "QUInt2x4",
    "QUInt4x2",
    "QUInt8",
    "Short",
];

const TORCH_REBUILD: [&str; 11] = [
    "_rebuild_device_tensor_from_cpu_tensor",
    "_rebuild_device_tensor_from_numpy",
    "_rebuild_meta_tensor_no_storage",
    "_rebuild_parameter",
    "_rebuild_parameter_with_state",
    "_rebuild_qtensor",
    "_rebuild_sparse_tensor",
    "_rebuild_tensor",
    "_rebuild_tensor_v2",
    "_rebuild_tensor_v3",
    "_rebuild_wrapper_subclass",
];

const TORCH_DTYPES: [&str; 53] = [
    "bfloat16",
    "bits16",
    "bits1x8",
    "bits2x4",
    "bits4x2",
    "bits8",
    "bool",
    "complex128",
    "complex32",
    "complex64",
    "float16",
    "float32",
    "float4_e2m1fn_x2",
    "float64",
    "float8_e4m3fn",
    "float8_e4m3fnuz",
    "float8_e5m2",
    "float8_e5m2fnuz",
    "float8_e8m0fnu",
    "int1",
    "int16",
    "int2",
    "int3",
    "int32",
    "int4",
    "int5",
    "int6",
    "int64",
    "int7",
    "int8",
    "per_channel_affine",
    "per_channel_affine_float_qparams",
    "per_channel_symmetric",
    "per_tensor_affine",
    "per_tensor_symmetric",
    "qint32",
    "qint8",
    "quint2x4",
    "quint4x2",
    "quint8",
    "uint1",
    "uint16",
    "uint2",
    "uint3",
    "uint32",
    "uint4",
    "uint5",
    "uint6",
    "uint64",
    "uint7",
    "uint8",
    // Names that older releases used for the same types.
    "half",
    "double",
];
