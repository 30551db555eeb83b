#pragma once

#include "protocol/result.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace troupe::store {

/// A prepared statement. Parameters and columns count from 0. Must not outlive its
/// database.
class sqlite_statement {
public:
  sqlite_statement() = default;

  /// Gives a parameter its value; text is copied.
  sqlite_statement& bind(int parameter, std::string_view text);
  sqlite_statement& bind(int parameter, std::int64_t number);

  /// Whether there is a row. Once there is none it can be bound and used again.
  [[nodiscard]] result<bool> step();

  /// Ends its use, whatever rows are left.
  void reset();

  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t number(int column) const;

private:
  friend class sqlite_database;
  struct finalizer {
    void operator()(sqlite3_stmt* s) const;
  };
  explicit sqlite_statement(sqlite3_stmt* s) : statement_(s) {}
  std::unique_ptr<sqlite3_stmt, finalizer> statement_;
};

/// One connection. One thread. Errors name the file.
class sqlite_database {
public:
  /// Opens or makes it, mode 0600.
  [[nodiscard]] static result<sqlite_database> open(const std::filesystem::path& file);

  /// Runs statements that give no rows.
  [[nodiscard]] result<void> run(const char* sql);

  [[nodiscard]] result<sqlite_statement> prepare(std::string_view sql);

  /// Whether the last failure says that the file itself is damaged.
  [[nodiscard]] bool damaged() const;

private:
  struct closer {
    void operator()(sqlite3* db) const;
  };
  std::unique_ptr<sqlite3, closer> handle_;
};

} // namespace troupe::store
