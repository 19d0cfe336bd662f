-- What a service on schema 1 held: a school, a chat with two subscriptions, a sent and a waiting message, a task.
INSERT INTO schools (id, name, timezone, settings, created_at) VALUES ('saules', 'Saulės gimnazija', 'Europe/Vilnius', '{"anchor": "2026-08-31", "weeks": ["A", "B"]}', 1790000000);
INSERT INTO feeds (id, school_id, position, source, url) VALUES (1, 'saules', 0, 'optivum', 'https://plan.saules.example/');
INSERT INTO feed_health (feed_id, last_attempt, last_success) VALUES (1, 1790000100, 1790000100);
INSERT INTO targets (id, school_id, kind, name, system_id) VALUES (7, 'saules', 'class', '9a', 'o1');
INSERT INTO targets (id, school_id, kind, name, system_id) VALUES (8, 'saules', 'class', '10b', 'o2');
INSERT INTO chats (chat_id, language, created_at) VALUES (1001, 'lt', 1790000200);
INSERT INTO subscriptions (id, chat_id, target_id, label, daily, created_at) VALUES (1, 1001, 7, 'Ona', '18:00', 1790000200);
INSERT INTO subscriptions (id, chat_id, target_id, label, daily, created_at) VALUES (2, 1001, 8, '', NULL, 1790000200);
INSERT INTO contents (hash, payload, created_at) VALUES ('c1', '{"text":"Rytoj"}', 1790000300);
INSERT INTO outbox (chat_id, kind, local_date, fact, content, priority, state, created_at, done_at)
  VALUES (1001, 'digest', '2026-09-21', '7', 'c1', 40, 'sent', 1790000300, 1790000301);
INSERT INTO outbox (chat_id, kind, local_date, fact, content, priority, created_at)
  VALUES (1001, 'digest', '2026-09-22', '7', 'c1', 40, 1790000400);
INSERT INTO homework (school_id, chat_id, thread_id, key, subject, text, created_at, updated_at)
  VALUES ('saules', 1001, 0, 'k', 'Matematika', 'p. 12', 1790000500, 1790000500);
INSERT INTO people (user_id, role, school_id, since) VALUES (1001, 'owner', NULL, 1790000000);
