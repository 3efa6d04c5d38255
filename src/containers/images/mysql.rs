//! mysql: a server whose data lie on its volume, and its client as far as one looks around with it.
//!
//! Left out: SQL beyond looking around and making databases; users other than root and the one of the
//! environment.

use super::Image;
use super::families::tools;
use crate::api::Timestamp;
use crate::containers::World;
use crate::containers::network::Trouble;
use crate::containers::serve::{Serving, is_quiet, serve};
use crate::shell::programs::brief;
use crate::shell::{Call, FileKind, Files, Io, Program};
use crate::sim::Time;

/// Where its data are.
const DATA: &str = "/var/lib/mysql";
/// Who may come in, in the sandbox's own form.
const USERS: &str = "/var/lib/mysql/users.sandbox";

/// The image.
pub(super) static IMAGE: Image = Image {
    names: &["mysql"],
    entrypoint: &["docker-entrypoint.sh"],
    command: &["mysqld"],
    users: &[(999, "mysql")],
    programs: &[
        ("/usr/local/bin/docker-entrypoint.sh", server),
        ("/usr/sbin/mysqld", server),
        ("/usr/bin/mysql", client),
        ("/usr/bin/mysqladmin", admin),
    ],
    tools: tools!("/usr/bin": "curl"),
    folders: &[DATA, "/etc/mysql"],
    lacks: &["ps", "vi", "wget", "nslookup", "ping"],
    ..Image::EMPTY
};

static SERVER: Serving = Serving {
    name: "mysqld",
    pid: 7,
    words: |_, _| "mysqld".to_owned(),
    workers: &[],
    ports: |_, _| vec![3306, 33060],
    start,
    goes_on: is_quiet,
    end: |world, at| {
        line(
            at,
            &format!(
                "/usr/sbin/mysqld: Shutdown complete (mysqld {})  MySQL Community Server - GPL.",
                version(world)
            ),
        )
    },
    code: 0,
};

fn server(call: &Call) -> Box<dyn Program> {
    serve(call, &SERVER)
}

fn version(world: &World) -> String {
    let tag = world.instance().map_or("", |held| held.tag());
    match tag {
        "8.0" | "8" => "8.0.44".to_owned(),
        "5.7" => "5.7.44".to_owned(),
        tag if tag.matches('.').count() == 2 => tag.to_owned(),
        _ => "9.5.0".to_owned(),
    }
}

fn line(at: Time, text: &str) -> String {
    let whole = Timestamp::at(at).to_string();
    format!("{}.{:03}000Z 0 [System] {text}\n", whole.trim_end_matches('Z'), at.ms() % 1_000)
}

fn entry(at: Time, text: &str) -> String {
    let stamp = Timestamp::at(at).to_string().replace('T', " ").replace('Z', "+00:00");
    format!("{stamp} [Note] [Entrypoint]: {text}\n")
}

fn variable(world: &World, name: &str) -> Option<String> {
    world.instance()?.environment.get(name).filter(|value| !value.is_empty()).cloned()
}

fn start(world: &mut World, _: &Call, at: Time) -> (String, Option<i32>) {
    let version = version(world);
    let mut text = entry(at, &format!("Entrypoint script for MySQL Server {version}-1.el9 started."));
    if Files::kind(world, &format!("{DATA}/mysql")) != Some(FileKind::Folder) {
        text.push_str(&entry(at, "Initializing database files"));
        initialize(world);
        text.push_str(&entry(at, "Database files initialized"));
        if let Some(name) = variable(world, "MYSQL_DATABASE") {
            text.push_str(&entry(at, &format!("Creating database {name}")));
        }
        if let Some(name) = variable(world, "MYSQL_USER") {
            text.push_str(&entry(at, &format!("Creating user {name}")));
        }
        text.push_str(&entry(at, "MySQL init process done. Ready for start up."));
    }
    text.push_str(&line(
        at,
        &format!("[MY-010116] [Server] /usr/sbin/mysqld (mysqld {version}) starting as process 1"),
    ));
    text.push_str(&line(at, "[MY-013576] [InnoDB] InnoDB initialization has started."));
    text.push_str(&line(at, "[MY-013577] [InnoDB] InnoDB initialization has ended."));
    text.push_str(&line(at, &format!(
        "[MY-010931] [Server] /usr/sbin/mysqld: ready for connections. Version: '{version}'  socket: '/var/run/mysqld/mysqld.sock'  port: 3306  MySQL Community Server - GPL."
    )));
    (text, None)
}

/// The data of a first start: databases, and who may come in.
fn initialize(world: &mut World) {
    let mut databases = vec!["mysql".to_owned(), "performance_schema".to_owned(), "sys".to_owned()];
    databases.extend(variable(world, "MYSQL_DATABASE"));
    for name in databases {
        Files::make_folder(world, &format!("{DATA}/{name}")).unwrap_or_default();
    }
    Files::write(world, &format!("{DATA}/ibdata1"), "").unwrap_or_default();
    let mut users = format!("root\t{}\n", variable(world, "MYSQL_ROOT_PASSWORD").unwrap_or_default());
    if let Some(user) = variable(world, "MYSQL_USER") {
        users.push_str(&format!("{user}\t{}\n", variable(world, "MYSQL_PASSWORD").unwrap_or_default()));
    }
    Files::write(world, USERS, &users).unwrap_or_default();
}

/// What a client asks for.
struct Asked {
    host: String,
    user: String,
    password: Option<String>,
    statements: Option<String>,
}

impl Asked {
    fn of(call: &Call) -> Self {
        let mut asked =
            Self { host: "localhost".to_owned(), user: "root".to_owned(), password: None, statements: None };
        let mut args = call.args().iter();
        while let Some(arg) = args.next() {
            let mut value =
                |rest: &str| if rest.is_empty() { args.next().cloned() } else { Some(rest.to_owned()) };
            if let Some(rest) = arg.strip_prefix("--host=").or_else(|| arg.strip_prefix("-h")) {
                asked.host = value(rest).unwrap_or_default();
            } else if let Some(rest) = arg.strip_prefix("--user=").or_else(|| arg.strip_prefix("-u")) {
                asked.user = value(rest).unwrap_or_default();
            } else if let Some(rest) = arg.strip_prefix("--password=").or_else(|| arg.strip_prefix("-p")) {
                asked.password = Some(rest.to_owned());
            } else if let Some(rest) = arg.strip_prefix("--execute=").or_else(|| arg.strip_prefix("-e")) {
                asked.statements = value(rest);
            }
        }
        asked
    }
}

/// `mysql [-h HOST] [-u USER] [-pPASSWORD] -e STATEMENTS`.
fn client(call: &Call) -> Box<dyn Program> {
    brief(call.clone(), |call, io: &mut Io<'_>| {
        let asked = Asked::of(call);
        if asked.password.is_some() {
            io.err("mysql: [Warning] Using a password on the command line interface can be insecure.\n");
        }
        let Some(statements) = asked.statements.clone() else {
            io.hint("the sandbox's mysql runs statements with -e only: mysql -u root -pPASSWORD -e 'show databases'");
            return 1;
        };
        let Some(world) = io.world::<World>() else { return 1 };
        match run(world, &asked, &statements) {
            Ok(text) => {
                io.out(&text);
                0
            }
            Err((message, hint)) => {
                io.err(&message);
                if let Some(hint) = hint {
                    io.hint(hint);
                }
                1
            }
        }
    })
}

type Failed = (String, Option<String>);

fn run(world: &mut World, asked: &Asked, statements: &str) -> Result<String, Failed> {
    let own = world.pod().map(|pod| pod.status.pod_ip.clone()).unwrap_or_default();
    let (place, client) = match world.reach(&asked.host, 3306) {
        Ok(peer) => (peer.place, peer.client),
        Err(Trouble::Unresolved) => {
            return Err((
                format!("ERROR 2005 (HY000): Unknown MySQL server host '{}' (-2)\n", asked.host),
                None,
            ));
        }
        Err(_) if asked.host == "localhost" => {
            let text = "ERROR 2002 (HY000): Can't connect to local MySQL server through socket '/var/run/mysqld/mysqld.sock' (2)\n";
            return Err((text.to_owned(), None));
        }
        Err(_) => {
            return Err((
                format!("ERROR 2003 (HY000): Can't connect to MySQL server on '{}:3306' (111)\n", asked.host),
                None,
            ));
        }
    };
    let from = if client.starts_with("127.") { "localhost".to_owned() } else { own };
    let (user, password) = (asked.user.clone(), asked.password.clone().unwrap_or_default());
    let visited = world.is_visited;
    let done = world.within(&place, |world| {
        let users = Files::read(world, USERS).unwrap_or_default();
        if !users.lines().any(|line| line == format!("{user}\t{password}")) {
            let using = if password.is_empty() { "NO" } else { "YES" };
            let text = format!(
                "ERROR 1045 (28000): Access denied for user '{user}'@'{from}' (using password: {using})\n"
            );
            return Err((text, None));
        }
        let mut out = String::new();
        for statement in statements.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
            out.push_str(&one(world, statement)?);
        }
        Ok(out)
    });
    world.is_visited = visited;
    done.unwrap_or_else(|| Err((String::new(), None)))
}

/// One statement, as a client prints its answer to a pipe.
fn one(world: &mut World, statement: &str) -> Result<String, Failed> {
    let words: Vec<&str> = statement.split_whitespace().collect();
    let lower: Vec<String> = words.iter().map(|word| word.to_ascii_lowercase()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    let named = words.last().map(|name| name.trim_matches('`').to_owned()).unwrap_or_default();
    match lower.as_slice() {
        ["show", "databases"] => {
            let mut names: Vec<String> = Files::list(world, DATA)
                .unwrap_or_default()
                .into_iter()
                .filter(|entry| entry.kind == FileKind::Folder)
                .map(|entry| entry.name)
                .collect();
            names.push("information_schema".to_owned());
            crate::collections::sort(&mut names);
            Ok(format!("Database\n{}\n", names.join("\n")))
        }
        ["select", "version()"] => Ok(format!("version()\n{}\n", version(world))),
        ["select", "1"] => Ok("1\n1\n".to_owned()),
        ["create", "database", ..] => {
            let path = format!("{DATA}/{named}");
            Files::make_folder(world, &path).map(|()| String::new()).map_err(|_| {
                (
                    format!(
                        "ERROR 1007 (HY000) at line 1: Can't create database '{named}'; database exists\n"
                    ),
                    None,
                )
            })
        }
        ["drop", "database", ..] => {
            let path = format!("{DATA}/{named}");
            Files::remove(world, &path).map(|()| String::new()).map_err(|_| {
                (format!("ERROR 1008 (HY000) at line 1: Can't drop database '{named}'; database doesn't exist\n"), None)
            })
        }
        _ => Err((
            String::new(),
            Some(format!(
                "the sandbox's MySQL does not know the statement {statement:?}: show databases, create database NAME, select version()"
            )),
        )),
    }
}

/// `mysqladmin ping`.
fn admin(call: &Call) -> Box<dyn Program> {
    brief(call.clone(), |call, io: &mut Io<'_>| {
        let asked = Asked::of(call);
        let Some(world) = io.world::<World>() else { return 1 };
        if world.reach(&asked.host, 3306).is_ok() {
            io.out("mysqld is alive\n");
            return 0;
        }
        io.err(&format!("mysqladmin: connect to server at '{}' failed\n", asked.host));
        1
    })
}
