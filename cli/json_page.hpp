#pragma once

#include "protocol/json.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace troupe::cli {

/// A JSON text that is edited, not printed anew: what is not meant stays byte for byte,
/// with its order, its spaces and its comments. Pure.
class json_page {
public:
  /// Names of members, from the outermost object in.
  using path = std::vector<std::string>;

  /// Of a text that is an object, or empty, which counts as one. With `comments`, `//`
  /// and `/* */` are space. errc::invalid_argument: it is no JSON; says where.
  [[nodiscard]] static result<json_page> read(std::string text, bool comments);

  /// Puts a member, and the objects on the way to it that are not there yet, last and
  /// indented as the text is. A member that has this value already is left as it is.
  /// errc::conflict: something on the way is no object.
  [[nodiscard]] result<void> set(const path& at, const json& value);

  /// Takes a member away, and each object on the way but the outermost that is empty
  /// then. Nothing if it is not there.
  void erase(const path& at);

  [[nodiscard]] bool has(const path& at) const;
  [[nodiscard]] const std::string& text() const { return text_; }

private:
  struct span {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  struct member {
    std::string key;
    span name;
    span value;
  };
  /// With its braces; members in order.
  struct object {
    span whole;
    std::vector<member> members;

    /// The last of that name is the one that counts.
    [[nodiscard]] const member* find(const std::string& key) const;
  };
  /// How the text is written.
  struct manner {
    bool one_line = false;
    std::string newline;
    std::string indent; ///< One level.
    std::string gap;    ///< After a colon.
  };

  json_page(std::string text, bool comments);

  void edit(std::size_t begin, std::size_t end, std::string_view with);
  [[nodiscard]] object object_at(std::size_t begin) const;
  [[nodiscard]] object root() const;
  [[nodiscard]] manner manners() const;
  [[nodiscard]] std::string indent_at(std::size_t place) const;
  [[nodiscard]] std::string
  printed(const std::string& key, const json& value, const std::string& indent) const;
  void insert(const object& into, const std::string& key, const json& value);
  void fill(const object& into, const std::string& key, const json& value);
  void append(const object& to, const std::string& key, const json& value);
  void take(const object& from, const member& what);

  std::string text_;
  std::string plain_; ///< The same with comments made spaces.
  bool comments_;
};

} // namespace troupe::cli
