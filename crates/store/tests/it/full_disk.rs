//! A disk that fills up: said so, reading goes on, and so does writing when there is room again.
//!
//! A small file system is mounted in a namespace of its own, which needs no privilege where the system allows it;
//! elsewhere the test says why it does nothing.

use crate::sample::{answer, answered, new_turn};
use crate::support::{argument, at, owner};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use viva_core::conversation::Begun;
use viva_core::ports::{ConversationStore, StoreError};
use viva_store::{Address, OpenError, Store, StoreOptions};

#[test]
fn a_full_disk_is_said_so_and_harms_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().display().to_string();
    let test = std::env::current_exe().unwrap();
    let script = format!(
        "mount -t tmpfs -o size=3m tmpfs '{place}' || exit 77; \
         echo '{place}' | '{}' --exact full_disk::child_on_a_small_disk --ignored --nocapture",
        test.display()
    );
    let output = Command::new("unshare").args(["-rm", "sh", "-c", &script]).output();
    match output {
        Err(error) => println!("skipped: no `unshare` here ({error})"),
        Ok(output) if output.status.success() => print!("{}", String::from_utf8_lossy(&output.stdout)),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let cannot_mount = output.status.code() == Some(77) || said.contains("unshare");
            assert!(cannot_mount, "{}\n{said}", String::from_utf8_lossy(&output.stdout));
            println!("skipped: no file system can be mounted here ({})", said.trim());
        }
    }
}

#[tokio::test]
#[ignore = "the child of `a_full_disk_is_said_so_and_harms_nothing`"]
async fn child_on_a_small_disk() {
    let Some(disk) = argument() else { return };
    let disk = Path::new(&disk);
    let options = StoreOptions::new(Address::file(disk.join("viva.db")));
    let store = Store::open(options.clone()).await.unwrap();
    let who = owner("ada");
    store.create(&who, "c1", at(0)).await.unwrap();
    for round in 0..3 {
        let kept = write_until_full(&store, disk).await;
        println!("full after {kept} turns");
        // Reading goes on.
        assert_eq!(store.turns(&who, "c1", 0, u32::MAX).await.unwrap().len(), kept as usize);
        store.ping().await.unwrap();
        // And when there is room again, so does writing.
        std::fs::remove_file(disk.join("ballast")).unwrap();
        let name = format!("room-{round}");
        let begun = store.begin(&who, &new_turn("c1", &name, "a", 0)).await.unwrap();
        assert_eq!(begun, Begun::Started(kept + 1));
        assert!(store.finish(&name, &answered(answer(&name, "x")), at(0)).await.unwrap());
        assert_eq!(store.check().await.unwrap(), [""; 0]);
    }
    store.close().await;
    fill(&disk.join("ballast"));
    let new = StoreOptions::new(Address::file(disk.join("new.db")));
    assert!(matches!(Store::open(new).await, Err(OpenError::StorageFull { .. })));
    std::fs::remove_file(disk.join("ballast")).unwrap();
    Store::open(options).await.unwrap().close().await;
    println!("a full disk was said so, and writing went on when there was room");
}

/// Fills the disk, and writes turns until they do not fit; how many there are.
async fn write_until_full(store: &Store, disk: &Path) -> u32 {
    let who = owner("ada");
    fill(&disk.join("ballast"));
    loop {
        let before = store.conversation(&who, "c1").await.unwrap().unwrap().turns;
        let name = format!("t{before}");
        let long = "a long question ".repeat(500);
        let error = match store.begin(&who, &new_turn("c1", &name, &long, 0)).await {
            Ok(begun) => {
                assert_eq!(begun, Begun::Started(before + 1));
                match store.finish(&name, &answered(answer(&name, &long)), at(0)).await {
                    Ok(is_ended) => {
                        assert!(is_ended);
                        continue;
                    }
                    Err(error) => error,
                }
            }
            Err(error) => error,
        };
        assert!(matches!(error, StoreError::StorageFull), "{error:?}");
        let kept = store.conversation(&who, "c1").await.unwrap().unwrap();
        if kept.turns > before {
            // Its beginning fitted, and its answer did not: it is still running.
            let room = disk.join("ballast");
            let length = std::fs::metadata(&room).unwrap().len();
            std::fs::File::options().write(true).open(&room).unwrap().set_len(length - (256 << 10)).unwrap();
            assert!(store.finish(&name, &answered(answer(&name, &long)), at(0)).await.unwrap());
            continue;
        }
        return kept.turns;
    }
}

/// Writes until nothing fits, and gives a little back.
fn fill(ballast: &Path) {
    let mut file = std::fs::File::create(ballast).unwrap();
    let some = vec![1; 4_096];
    while file.write_all(&some).is_ok() {}
    let length = file.metadata().unwrap().len();
    file.set_len(length.saturating_sub(if ballast.with_file_name("new.db").exists() {
        0
    } else {
        100 << 10
    }))
    .unwrap();
}
