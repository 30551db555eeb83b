#include "store/sqlite.hpp"

#include "store/files.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

namespace troupe::store {

namespace {

constexpr int busy_timeout_ms = 5000;

error last_error(sqlite3* db) {
  const auto code = sqlite3_errcode(db) & 0xFF;
  const char* name = sqlite3_db_filename(db, nullptr);
  auto text = std::string(name ? name : "SQLite") + ": " + sqlite3_errmsg(db);
  switch (code) {
  case SQLITE_FULL:
    return {errc::busy, text + "; free some space there, then try again"};
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return {errc::busy, text + "; another process holds it, try again"};
  case SQLITE_CANTOPEN:
  case SQLITE_PERM:
  case SQLITE_READONLY:
    return {errc::refused, text + "; give this user access to it and its directory"};
  default:
    return {errc::internal, text + "; check the disk"};
  }
}

bool says_damaged(int code) {
  return (code & 0xFF) == SQLITE_CORRUPT || (code & 0xFF) == SQLITE_NOTADB;
}

/// SQLite gives its other files the mode of this one.
result<void> make_private(const std::filesystem::path& file) {
  const descriptor made(
    ::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!made || ::fchmod(made.get(), 0600) != 0)
    return fail(file_error(errno, "open", file));
  return {};
}

} // namespace

void sqlite_statement::finalizer::operator()(sqlite3_stmt* s) const {
  sqlite3_finalize(s);
}

void sqlite_database::closer::operator()(sqlite3* db) const {
  sqlite3_close_v2(db);
}

sqlite_statement& sqlite_statement::bind(int parameter, std::string_view text) {
  sqlite3_bind_text64(
    statement_.get(),
    parameter + 1,
    text.data() ? text.data() : "",
    text.size(),
    SQLITE_TRANSIENT,
    SQLITE_UTF8);
  return *this;
}

sqlite_statement& sqlite_statement::bind(int parameter, std::int64_t number) {
  sqlite3_bind_int64(statement_.get(), parameter + 1, number);
  return *this;
}

result<bool> sqlite_statement::step() {
  const auto code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW)
    return true;
  auto why = last_error(sqlite3_db_handle(statement_.get()));
  reset();
  if (code == SQLITE_DONE)
    return false;
  return fail(std::move(why));
}

void sqlite_statement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

std::string sqlite_statement::text(int column) const {
  const auto* bytes =
    reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  const auto size = sqlite3_column_bytes(statement_.get(), column);
  return bytes ? std::string(bytes, static_cast<std::size_t>(size)) : std::string();
}

std::int64_t sqlite_statement::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

result<sqlite_database> sqlite_database::open(const std::filesystem::path& file) {
  if (auto ours = make_private(file); !ours)
    return fail(std::move(ours.error()));
  sqlite3* raw = nullptr;
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
  const auto code = sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
  sqlite_database db;
  db.handle_.reset(raw);
  if (!raw)
    return fail(errc::busy, file.string() + ": no memory to open it");
  if (code != SQLITE_OK)
    return fail(last_error(raw));
  sqlite3_busy_timeout(raw, busy_timeout_ms);
  return db;
}

result<void> sqlite_database::run(const char* sql) {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    return fail(last_error(handle_.get()));
  return {};
}

result<sqlite_statement> sqlite_database::prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  const auto code = sqlite3_prepare_v3(
    handle_.get(),
    sql.data(),
    static_cast<int>(sql.size()),
    SQLITE_PREPARE_PERSISTENT,
    &raw,
    nullptr);
  sqlite_statement prepared(raw);
  if (code != SQLITE_OK)
    return fail(last_error(handle_.get()));
  return prepared;
}

bool sqlite_database::damaged() const {
  return says_damaged(sqlite3_errcode(handle_.get()));
}

} // namespace troupe::store
