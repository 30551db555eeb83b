#pragma once

#include "protocol/json.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace troupe::cli {

/// A TOML text in which single tables are edited: everything else stays byte for byte,
/// comments too. Pure.
class toml_page {
public:
  /// Of a table or, with the key behind it, of a value.
  using path = std::vector<std::string>;

  /// errc::invalid_argument: it is no TOML; says in which line. Reads statements, and
  /// values as far as one must know where they end; what a value means is not looked
  /// into.
  [[nodiscard]] static result<toml_page> read(std::string text);

  /// Puts a string, an array of strings or an object of strings into a table, which is
  /// added at the end if it is not there. What has that text already stays.
  /// errc::conflict: the table is written in a way that is not edited here (inline,
  /// dotted, or as an array of tables).
  [[nodiscard]] result<void>
  set(const path& table, const std::string& key, const json& value);

  /// Takes away one value, or the table of that name below this one.
  void erase(const path& table, const std::string& key);

  /// Takes away a table and all below it. errc::conflict: as for set.
  [[nodiscard]] result<void> erase(const path& table);

  [[nodiscard]] const std::string& text() const { return text_; }

private:
  enum class kind : std::uint8_t { table, table_array, value };

  struct statement {
    kind what = kind::value;
    path name;             ///< As written: of a value, below the table it stands in.
    std::size_t begin = 0; ///< Of its first line.
    std::size_t end = 0;   ///< Of its last line, behind the newline.
    std::size_t value_begin = 0;
    std::size_t value_end = 0;
  };
  class reader;

  toml_page(std::string text, std::vector<statement> all)
    : text_(std::move(text)), all_(std::move(all)) {}

  void edit(std::size_t begin, std::size_t end, std::string_view with);
  [[nodiscard]] std::size_t find(const path& table) const;
  [[nodiscard]] std::size_t end_of(std::size_t table) const;
  [[nodiscard]] result<void> editable(const path& table) const;
  void put(std::size_t table, const std::string& key, const json& value);
  void drop(std::size_t table);

  std::string text_;
  std::vector<statement> all_;
};

} // namespace troupe::cli
