"""What of a machine can change a last digit: its processor, and the kernels that libraries choose for it.

Equal tensors are promised per type of processor and set of versions; nothing here names a host or a time.
"""

import hashlib
import os

CHOOSE_KERNELS = (
    "MKL_CBWR",
    "MKL_ENABLE_INSTRUCTIONS",
    "MKL_DEBUG_CPU_TYPE",
    "ONEDNN_MAX_CPU_ISA",
    "DNNL_MAX_CPU_ISA",
    "NPY_DISABLE_CPU_FEATURES",
    "NPY_ENABLE_CPU_FEATURES",
)  # variables of the environment whose effect cannot be read off the libraries themselves


def described(packages: tuple[str, ...], device: str = "cpu") -> dict:
    """The part of a result's provenance that belongs to the machine, for what the `packages` compute."""
    found = {"blas": _blas(packages)}
    if "numba" in packages:
        name, features = processor()
        found |= {"processor": name, "features": hashlib.sha256(features.encode()).hexdigest()[:8]}
    if "torch" in packages:
        import torch

        found["torch"] = torch.backends.cpu.get_cpu_capability()
        if device == "cuda":
            found["gpu"] = torch.cuda.get_device_name()
    chosen = {name: os.environ[name] for name in CHOOSE_KERNELS if os.environ.get(name)}
    return found | ({"environment": chosen} if chosen else {})


def processor() -> tuple[str, str]:
    """Name and features of the processor that numba compiles for, as LLVM writes them."""
    from numba.core.registry import cpu_target

    _, name, features = cpu_target.target_context.codegen().magic_tuple()
    return name, features


def _blas(packages: tuple[str, ...]) -> dict[str, str]:
    """BLAS, version and kernel by the package that brought it; `shared` for one that brought none itself."""
    from threadpoolctl import threadpool_info  # its import alone writes into os.environ

    if "scipy" in packages:
        import scipy.linalg  # noqa: F401 (brings its BLAS along)
    found = {}
    for library in threadpool_info():
        owner = _owner(library["filepath"])
        if library["user_api"] == "blas" and owner in ("numpy", "shared", *packages):
            words = (library["internal_api"], library["version"], library.get("architecture"))
            found[owner] = " ".join(word for word in words if word)
    return found


def _owner(path: str) -> str:
    """`numpy` for site-packages/numpy.libs/libscipy_openblas.so."""
    folders = [part.split(".")[0] for part in path.split(os.sep)[:-1]]
    return next((name for name in ("numpy", "scipy", "torch") if name in folders), "shared")
