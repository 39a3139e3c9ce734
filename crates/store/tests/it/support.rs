//! Databases to test with.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor, PgConnection};
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;
use viva_core::conversation::Owner;
use viva_store::{Address, Store, StoreOptions};

/// Runs functions that take a `&Kit` as tests against both databases.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let kit = $crate::support::Kit::sqlite().await;
                super::$name(&kit).await;
                kit.close().await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            #[ignore = "needs VIVA_TEST_POSTGRES_URL, the address of a server that lets its user create databases"]
            async fn $name() {
                let kit = $crate::support::Kit::postgres().await;
                super::$name(&kit).await;
                kit.close().await;
            })*
        }
    };
}
pub(crate) use on_both;

/// Knuth's linear congruential generator: the same numbers everywhere.
pub(crate) struct Lcg(pub(crate) u64);

impl Lcg {
    pub(crate) fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as u32
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.next() as usize % bound
    }
}

/// A store with an empty database of its own.
pub(crate) struct Kit {
    pub(crate) store: Store,
    pub(crate) options: StoreOptions,
    home: Home,
}

enum Home {
    Folder { _folder: TempDir },
    Server { admin: String, database: String },
}

/// The seconds within which anything here must be over; only hangs take longer.
pub(crate) const HANG: Duration = Duration::from_mins(2);

impl Kit {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = StoreOptions::new(Address::file(folder.path().join("data/viva.db")));
        let store = Store::open(options.clone()).await.unwrap();
        Self { store, options, home: Home::Folder { _folder: folder } }
    }

    pub(crate) async fn postgres() -> Self {
        let (admin, database, url) = new_database().await;
        let options = StoreOptions::new(url.parse().unwrap());
        let store = Store::open(options.clone()).await.unwrap();
        Self { store, options, home: Home::Server { admin, database } }
    }

    /// The SQLite file.
    pub(crate) fn path(&self) -> &Path {
        self.options.address.path().unwrap()
    }

    /// The address as a child is told it, with the password.
    pub(crate) fn url(&self) -> String {
        match &self.home {
            Home::Folder { .. } => format!("sqlite:{}", self.path().display()),
            Home::Server { admin, database } => with_database(admin, database),
        }
    }

    /// A second store on the same database, as another process would have it.
    pub(crate) async fn another(&self) -> Store {
        Store::open(self.options.clone()).await.unwrap()
    }

    /// Runs a statement past the store.
    pub(crate) async fn execute(&self, sql: &'static str) {
        if let Home::Server { .. } = &self.home {
            self.plain().await.execute(sql).await.unwrap();
            return;
        }
        let mut connection = SqliteConnectOptions::new().filename(self.path()).connect().await.unwrap();
        connection.execute(sql).await.unwrap();
        connection.close().await.unwrap();
    }

    /// A plain connection to the PostgreSQL database.
    pub(crate) async fn plain(&self) -> PgConnection {
        let Home::Server { admin, database } = &self.home else { panic!("only PostgreSQL") };
        PgConnection::connect(&with_database(admin, database)).await.unwrap()
    }

    pub(crate) async fn close(self) {
        self.store.close().await;
        if let Home::Server { admin, database } = &self.home {
            drop_database(admin, database).await;
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the address of the server is the test's own argument")]
pub(crate) fn postgres_url() -> String {
    std::env::var("VIVA_TEST_POSTGRES_URL")
        .expect("VIVA_TEST_POSTGRES_URL names a PostgreSQL server to test with")
}

/// Makes an empty database; the server's address, the database's name and its address.
pub(crate) async fn new_database() -> (String, String, String) {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let admin = postgres_url();
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let database = format!("viva_test_{}_{number}", std::process::id());
    let mut connection = PgConnection::connect(&admin).await.unwrap();
    let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {database}"));
    connection.execute(sqlx::raw_sql(create)).await.unwrap();
    connection.close().await.unwrap();
    let url = with_database(&admin, &database);
    (admin, database, url)
}

pub(crate) async fn drop_database(admin: &str, database: &str) {
    let mut connection = PgConnection::connect(admin).await.unwrap();
    // The server's own workers may be in it for a moment, and only its administrator may send them away.
    for _ in 0..50 {
        let drop = sqlx::AssertSqlSafe(format!("DROP DATABASE {database} WITH (FORCE)"));
        if connection.execute(sqlx::raw_sql(drop)).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    println!("the database {database} was left behind");
}

pub(crate) fn with_database(url: &str, database: &str) -> String {
    let (head, parameters) = url.split_once('?').map_or((url, None), |(head, rest)| (head, Some(rest)));
    let scheme = head.find("://").unwrap() + 3;
    let authority = head[scheme..].find('/').map_or(head, |slash| &head[..scheme + slash]);
    let parameters = parameters.map(|parameters| format!("?{parameters}")).unwrap_or_default();
    format!("{authority}/{database}{parameters}")
}

pub(crate) fn owner(name: &str) -> Owner {
    Owner(name.to_owned())
}

/// A moment: `millis` after some time in 2026.
pub(crate) fn at(millis: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_790_000_000) + Duration::from_millis(millis)
}

/// Starts this program again for one ignored test, which reads `argument` from its standard input.
pub(crate) fn child(test: &str, argument: &str) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    writeln!(child.stdin.as_mut().unwrap(), "{argument}").unwrap();
    child
}

/// What the parent wrote; `None` where there is none, because somebody ran all ignored tests.
pub(crate) fn argument() -> Option<String> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    let line = line.trim();
    (!line.is_empty()).then(|| line.to_owned())
}
