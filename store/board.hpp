#pragma once

#include "protocol/result.hpp"
#include "protocol/values.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace troupe::store {

/// board.sqlite: what must be shared and durable but belongs to no run; today the
/// idempotency keys. Blocking; one thread. A damaged file is set aside and made anew.
class board {
public:
  [[nodiscard]] static result<board> open(const std::filesystem::path& file);
  board(board&&) noexcept;
  board& operator=(board&&) noexcept;
  ~board();

  /// The answer remembered under a key, if it is not older than a day.
  [[nodiscard]] std::optional<std::string>
  answer_of(const std::string& key, timestamp now);

  /// Remembers; the first answer under a key stays.
  [[nodiscard]] result<void>
  remember(const std::string& key, const std::string& answer, timestamp now);

private:
  struct database;
  explicit board(std::unique_ptr<database> db);
  std::unique_ptr<database> db_;
};

} // namespace troupe::store
