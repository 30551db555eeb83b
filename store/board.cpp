#include "store/board.hpp"

#include "store/files.hpp"
#include "store/sqlite.hpp"

#include <utility>

namespace troupe::store {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t schema_version = 1;
constexpr std::int64_t kept_ms = 24 * 60 * 60 * 1000;
constexpr std::int64_t keys_max = 100'000;
constexpr std::size_t key_bytes_max = 1024;
constexpr std::size_t answer_bytes_max = 1 << 20;

constexpr const char* settings = "PRAGMA journal_mode = WAL;"
                                 "PRAGMA synchronous = NORMAL;";

constexpr const char* schema =
  "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL);"
  "INSERT INTO schema_version SELECT 1 WHERE NOT EXISTS"
  " (SELECT 1 FROM schema_version);"
  "CREATE TABLE IF NOT EXISTS keys (id INTEGER PRIMARY KEY,"
  " key TEXT NOT NULL UNIQUE, answer TEXT NOT NULL, at INTEGER NOT NULL);"
  "CREATE INDEX IF NOT EXISTS keys_by_time ON keys (at);";

} // namespace

struct board::database {
  fs::path file;
  sqlite_database db;
  sqlite_statement find;
  sqlite_statement prune;
  sqlite_statement crowd_out;
  sqlite_statement insert;

  static result<std::unique_ptr<database>> connect(const fs::path& file);
  static result<std::unique_ptr<database>> anew(const fs::path& file);
  result<void> build();
  result<void> prepare();
  result<void> give_up(error why);
  result<void> add(const std::string& key, const std::string& answer, timestamp now);
};

result<void> board::database::build() {
  if (auto done = db.run(settings); !done)
    return done;
  if (auto done = db.run(schema); !done)
    return done;
  auto version = db.prepare("SELECT max(version) FROM schema_version");
  const auto row = version ? version->step() : fail(std::move(version.error()));
  if (!row)
    return fail(row.error());
  if (version->number(0) > schema_version)
    return fail(
      errc::conflict,
      file.string() + ": schema " + std::to_string(version->number(0)) +
        " is of a newer Troupe; use that, or move the file away");
  return prepare();
}

result<void> board::database::prepare() {
  const std::pair<sqlite_statement&, std::string_view> statements[] = {
    {find, "SELECT answer FROM keys WHERE key = ? AND at > ?"},
    {prune, "DELETE FROM keys WHERE at <= ?"},
    {crowd_out, "DELETE FROM keys WHERE id <= (SELECT max(id) FROM keys) - ?"},
    {insert,
     "INSERT INTO keys (key, answer, at) VALUES (?, ?, ?)"
     " ON CONFLICT (key) DO NOTHING"},
  };
  for (const auto& [place, sql] : statements) {
    auto made = db.prepare(sql);
    if (!made)
      return fail(std::move(made.error()));
    place = std::move(*made);
  }
  return {};
}

/// Sets a file aside that is no database any more, with what belongs to it.
result<std::unique_ptr<board::database>> board::database::anew(const fs::path& file) {
  for (const auto* end : {"-wal", "-shm", ""}) {
    const auto part = fs::path(file.string() + end);
    std::error_code ignored;
    if (fs::exists(fs::symlink_status(part, ignored)) && set_aside(part).empty())
      return fail(
        errc::refused,
        part.string() + ": damaged, and cannot be renamed; move it away");
  }
  auto made = std::make_unique<database>();
  made->file = file;
  auto db = sqlite_database::open(file);
  if (!db)
    return fail(std::move(db.error()));
  made->db = std::move(*db);
  if (auto built = made->build(); !built)
    return fail(std::move(built.error()));
  return made;
}

result<std::unique_ptr<board::database>>
board::database::connect(const fs::path& file) {
  auto made = std::make_unique<database>();
  made->file = file;
  auto db = sqlite_database::open(file);
  if (!db)
    return fail(std::move(db.error()));
  made->db = std::move(*db);
  const auto built = made->build();
  if (built)
    return made;
  if (!made->db.damaged())
    return fail(built.error());
  made.reset();
  return anew(file);
}

/// Ends the transaction; of a damaged file only the failure is of interest.
result<void> board::database::give_up(error why) {
  if (!db.damaged())
    static_cast<void>(db.run("ROLLBACK"));
  return fail(std::move(why));
}

result<void>
board::database::add(const std::string& key, const std::string& answer, timestamp now) {
  prune.bind(0, now.ms - kept_ms);
  insert.bind(0, key).bind(1, answer).bind(2, now.ms);
  crowd_out.bind(0, keys_max);
  if (auto begun = db.run("BEGIN IMMEDIATE"); !begun)
    return begun;
  for (auto* statement : {&prune, &insert, &crowd_out})
    if (const auto done = statement->step(); !done)
      return give_up(done.error());
  if (const auto done = db.run("COMMIT"); !done)
    return give_up(done.error());
  return {};
}

board::board(std::unique_ptr<database> db) : db_(std::move(db)) {}
board::board(board&&) noexcept = default;
board& board::operator=(board&&) noexcept = default;
board::~board() = default;

result<board> board::open(const fs::path& file) {
  auto db = database::connect(file);
  if (!db)
    return fail(std::move(db.error()));
  return board(std::move(*db));
}

std::optional<std::string> board::answer_of(const std::string& key, timestamp now) {
  if (!db_)
    return {};
  auto& find = db_->find;
  const auto row = find.bind(0, key).bind(1, now.ms - kept_ms).step();
  if (!row || !*row)
    return {};
  auto answer = find.text(0);
  find.reset();
  return answer;
}

result<void>
board::remember(const std::string& key, const std::string& answer, timestamp now) {
  if (key.size() > key_bytes_max || answer.size() > answer_bytes_max)
    return fail(
      errc::invalid_argument,
      "an idempotency key has at most 1024 bytes and its answer 1 MiB; use a shorter "
      "key");
  if (!db_)
    return fail(
      errc::unavailable,
      "the board was damaged and could not be made anew; restart the daemon");
  auto added = db_->add(key, answer, now);
  if (added || !db_->db.damaged())
    return added;
  const auto file = db_->file;
  db_.reset();
  auto fresh = database::anew(file);
  if (!fresh)
    return fail(std::move(fresh.error()));
  db_ = std::move(*fresh);
  return db_->add(key, answer, now);
}

} // namespace troupe::store
