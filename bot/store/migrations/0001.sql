-- Instants are whole seconds since 1970 (UTC); dates are ISO; times of day are HH:MM in the school's zone.

CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- A school and where its pages are. `settings` is JSON: holidays, week anchor, access, …
CREATE TABLE schools (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  timezone TEXT NOT NULL,
  settings TEXT NOT NULL DEFAULT '{}',
  created_at INTEGER NOT NULL
) WITHOUT ROWID;

-- One published address of a school. Position 0 is the plan; the others (substitutions, homework) are merged onto it.
CREATE TABLE feeds (
  id INTEGER PRIMARY KEY,
  school_id TEXT NOT NULL REFERENCES schools (id) ON DELETE CASCADE ON UPDATE CASCADE,
  position INTEGER NOT NULL,
  source TEXT NOT NULL,
  url TEXT NOT NULL,
  options TEXT NOT NULL DEFAULT '{}',
  username TEXT NOT NULL DEFAULT '',
  sealed_password BLOB,
  owner_chat INTEGER, -- a person's own account: what it says is for that private chat alone
  UNIQUE (school_id, position)
);
CREATE INDEX feeds_of_owner ON feeds (owner_chat) WHERE owner_chat IS NOT NULL;

-- How a feed is doing, for /status, the back-off and the one notice a breakdown is worth.
CREATE TABLE feed_health (
  feed_id INTEGER PRIMARY KEY REFERENCES feeds (id) ON DELETE CASCADE,
  last_attempt INTEGER,
  last_success INTEGER,
  failures INTEGER NOT NULL DEFAULT 0,
  failing_since INTEGER,
  error_kind TEXT NOT NULL DEFAULT '',
  error TEXT NOT NULL DEFAULT '',
  next_at INTEGER NOT NULL DEFAULT 0,
  told_admin INTEGER NOT NULL DEFAULT 0,
  shape TEXT NOT NULL DEFAULT ''
);

-- Classes, teachers and rooms that a school publishes. The number is what links and buttons carry.
CREATE TABLE targets (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  school_id TEXT NOT NULL REFERENCES schools (id) ON DELETE CASCADE ON UPDATE CASCADE,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  system_id TEXT NOT NULL DEFAULT '',
  position INTEGER NOT NULL DEFAULT 0,
  gone_at INTEGER,
  UNIQUE (school_id, kind, name)
);

-- Good plans as they were read. target_id 0 = the whole feed (a source of scope "school").
CREATE TABLE snapshots (
  feed_id INTEGER NOT NULL REFERENCES feeds (id) ON DELETE CASCADE,
  target_id INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  hash TEXT NOT NULL,
  plan BLOB NOT NULL,
  changed_at INTEGER NOT NULL,
  checked_at INTEGER NOT NULL,
  PRIMARY KEY (feed_id, target_id, revision)
);

-- A plan that shrank or emptied, waiting to be seen a second time before it is believed.
CREATE TABLE doubts (
  feed_id INTEGER NOT NULL REFERENCES feeds (id) ON DELETE CASCADE,
  target_id INTEGER NOT NULL,
  hash TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (feed_id, target_id)
) WITHOUT ROWID;

-- Validators of conditional requests.
CREATE TABLE validators (
  url TEXT PRIMARY KEY,
  etag TEXT NOT NULL DEFAULT '',
  last_modified TEXT NOT NULL DEFAULT '',
  sha256 TEXT NOT NULL DEFAULT '',
  seen_at INTEGER NOT NULL
) WITHOUT ROWID;

-- What subscribers of a target were last told of a day: only later edits are changes.
CREATE TABLE announced (
  target_id INTEGER NOT NULL REFERENCES targets (id) ON DELETE CASCADE,
  day TEXT NOT NULL,
  hash TEXT NOT NULL,
  lessons BLOB NOT NULL,
  revision TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (target_id, day)
) WITHOUT ROWID;

-- States of a day that somebody still believes in, because the message about the change waits (quiet hours, horizon).
CREATE TABLE announced_bases (
  target_id INTEGER NOT NULL REFERENCES targets (id) ON DELETE CASCADE,
  day TEXT NOT NULL,
  hash TEXT NOT NULL,
  lessons BLOB NOT NULL,
  PRIMARY KEY (target_id, day, hash)
) WITHOUT ROWID;

CREATE TABLE subject_slots (
  school_id TEXT NOT NULL REFERENCES schools (id) ON DELETE CASCADE ON UPDATE CASCADE,
  subject TEXT NOT NULL,
  slot INTEGER NOT NULL,
  PRIMARY KEY (school_id, subject)
) WITHOUT ROWID;

-- A chat, or one topic of a forum (thread_id 0 = no topic).
CREATE TABLE chats (
  chat_id INTEGER NOT NULL,
  thread_id INTEGER NOT NULL DEFAULT 0,
  type TEXT NOT NULL DEFAULT 'private',
  language TEXT NOT NULL,
  theme TEXT NOT NULL DEFAULT 'light',
  format TEXT NOT NULL DEFAULT 'image',
  quiet_from TEXT,
  quiet_to TEXT,
  horizon TEXT NOT NULL DEFAULT 'tomorrow',
  settings TEXT NOT NULL DEFAULT '{}',
  active INTEGER NOT NULL DEFAULT 1,
  inactive_reason TEXT NOT NULL DEFAULT '',
  refusals INTEGER NOT NULL DEFAULT 0,
  refused_since INTEGER,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (chat_id, thread_id)
) WITHOUT ROWID;

CREATE TABLE subscriptions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  chat_id INTEGER NOT NULL,
  thread_id INTEGER NOT NULL DEFAULT 0,
  target_id INTEGER NOT NULL REFERENCES targets (id) ON DELETE CASCADE,
  label TEXT NOT NULL DEFAULT '',
  daily TEXT,
  changes INTEGER NOT NULL DEFAULT 1,
  homework TEXT,
  remind_minutes INTEGER,
  groups TEXT NOT NULL DEFAULT '[]',
  silent INTEGER NOT NULL DEFAULT 1,
  settings TEXT NOT NULL DEFAULT '{}',
  created_at INTEGER NOT NULL,
  UNIQUE (chat_id, thread_id, target_id),
  FOREIGN KEY (chat_id, thread_id) REFERENCES chats (chat_id, thread_id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX subscriptions_by_target ON subscriptions (target_id, changes);
-- In the order of the chats, which are read with them: a third of the time of any other.
CREATE INDEX subscriptions_by_daily ON subscriptions (daily, chat_id, thread_id) WHERE daily IS NOT NULL;
CREATE INDEX subscriptions_by_homework ON subscriptions (homework, chat_id, thread_id) WHERE homework IS NOT NULL;

-- What is said, once for all the chats it is said to. `payload` is JSON (bot/store/outbox.py).
CREATE TABLE contents (
  hash TEXT PRIMARY KEY,
  payload TEXT NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;

-- Every push, a row before it is a call. `fact` says what is told: the slot of a digest, the revision and hash of a change.
-- What differs from chat to chat stands here and not in the content: the sound, the message it answers, the one it edits.
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  chat_id INTEGER NOT NULL,
  thread_id INTEGER NOT NULL DEFAULT 0,
  kind TEXT NOT NULL,
  local_date TEXT NOT NULL,
  fact TEXT NOT NULL,
  content TEXT NOT NULL REFERENCES contents (hash),
  priority INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'due'
    CHECK (state IN ('due', 'claimed', 'sent', 'uncertain', 'gone', 'dead', 'expired')),
  not_before INTEGER NOT NULL DEFAULT 0,
  expires_at INTEGER,
  silent INTEGER NOT NULL DEFAULT 0,
  reply_to INTEGER,
  edits INTEGER,
  lease_until INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  done_at INTEGER,
  message_id INTEGER,
  error TEXT NOT NULL DEFAULT '',
  UNIQUE (chat_id, thread_id, kind, local_date, fact)
);
CREATE INDEX outbox_open ON outbox (priority, id, not_before, expires_at, chat_id, state) WHERE state = 'due';
CREATE INDEX outbox_of_chat ON outbox (chat_id, priority, id, state, not_before, attempts) WHERE state IN ('due', 'claimed');
CREATE INDEX outbox_claimed ON outbox (lease_until) WHERE state = 'claimed';
CREATE INDEX outbox_failed ON outbox (state, done_at) WHERE state IN ('uncertain', 'dead');
CREATE INDEX outbox_done ON outbox (done_at) WHERE done_at IS NOT NULL;
CREATE INDEX outbox_changes ON outbox (kind, local_date, fact) WHERE kind = 'change';
CREATE INDEX outbox_content ON outbox (content);

-- Pictures that were drawn: a lost file_id or a new token needs no new drawing. Telegram names a photo and a document
-- differently, and each bot gets names of its own.
CREATE TABLE pictures (
  hash TEXT PRIMARY KEY,
  png BLOB NOT NULL,
  bot_id INTEGER,
  photo_id TEXT,
  document_id TEXT,
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL
);
CREATE INDEX pictures_by_use ON pictures (used_at);

-- The one message of a chat whose picture is edited in place.
CREATE TABLE live_messages (
  chat_id INTEGER NOT NULL,
  thread_id INTEGER NOT NULL,
  target_id INTEGER NOT NULL REFERENCES targets (id) ON DELETE CASCADE,
  message_id INTEGER NOT NULL,
  picture TEXT NOT NULL,
  pinned INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (chat_id, thread_id, target_id),
  FOREIGN KEY (chat_id, thread_id) REFERENCES chats (chat_id, thread_id) ON DELETE CASCADE ON UPDATE CASCADE
) WITHOUT ROWID;

-- Tasks: from a school's feed (feed_id), from a person's own account (feed_id and chat_id) or written in a chat (chat_id).
-- `classes` holds keys ("|9a|9b|", "" = everybody's), `told_at` when it was announced as new (NULL = it still is to be).
CREATE TABLE homework (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  school_id TEXT REFERENCES schools (id) ON DELETE CASCADE ON UPDATE CASCADE,
  feed_id INTEGER REFERENCES feeds (id) ON DELETE CASCADE,
  target_id INTEGER REFERENCES targets (id) ON DELETE CASCADE,
  chat_id INTEGER,
  thread_id INTEGER,
  kind TEXT NOT NULL DEFAULT 'homework' CHECK (kind IN ('homework', 'exam')),
  key TEXT NOT NULL,
  source_id TEXT NOT NULL DEFAULT '',
  classes TEXT NOT NULL DEFAULT '',
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  assigned TEXT,
  due TEXT,
  links TEXT NOT NULL DEFAULT '[]',
  photo TEXT,
  author INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  withdrawn_at INTEGER,
  told_at INTEGER,
  FOREIGN KEY (chat_id, thread_id) REFERENCES chats (chat_id, thread_id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX homework_by_feed ON homework (feed_id, coalesce(target_id, 0), key) WHERE feed_id IS NOT NULL;
CREATE INDEX homework_by_school ON homework (school_id, due);
CREATE INDEX homework_to_tell ON homework (school_id) WHERE told_at IS NULL;
CREATE INDEX homework_by_chat ON homework (chat_id, thread_id, due) WHERE chat_id IS NOT NULL;

CREATE TABLE ticks (
  homework_id INTEGER NOT NULL REFERENCES homework (id) ON DELETE CASCADE,
  user_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (homework_id, user_id)
) WITHOUT ROWID;

-- People with a role. Everybody else is known only by the chats above.
CREATE TABLE people (
  user_id INTEGER PRIMARY KEY,
  role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'banned', 'allowed')),
  school_id TEXT REFERENCES schools (id) ON DELETE CASCADE ON UPDATE CASCADE,
  since INTEGER NOT NULL
);

-- One row a start of the service, for /status: how often, and why it ended.
CREATE TABLE runs (
  started_at INTEGER PRIMARY KEY,
  ended_at INTEGER,
  reason TEXT NOT NULL DEFAULT ''
);
