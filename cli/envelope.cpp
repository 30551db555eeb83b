#include "cli/envelope.hpp"

namespace troupe::cli {

namespace {

/// Follows a parse, looking at the members of the outermost object only.
class outline {
public:
  using number_integer_t = json::number_integer_t;
  using number_unsigned_t = json::number_unsigned_t;
  using number_float_t = json::number_float_t;
  using string_t = json::string_t;
  using binary_t = json::binary_t;

  bool null() { return value(); }
  bool boolean(bool) { return value(); }
  bool number_integer(number_integer_t n) { return number(std::to_string(n)); }
  bool number_unsigned(number_unsigned_t n) { return number(std::to_string(n)); }
  bool number_float(number_float_t, const string_t&) { return value(); }
  bool binary(binary_t&) { return value(); }

  bool string(string_t& text) {
    if (at("id"))
      found_.id = print_json(text);
    else if (at("method"))
      found_.method = text;
    return value();
  }

  bool start_object(std::size_t) { return enter(false); }
  bool end_object() { return leave(); }
  bool start_array(std::size_t) { return enter(true); }
  bool end_array() { return leave(); }

  bool key(string_t& name) {
    if (depth_ != 1)
      return true;
    key_ = name;
    answers_ = answers_ || key_ == "result" || key_ == "error";
    return !complete();
  }

  bool parse_error(std::size_t, const std::string&, const json::exception&) {
    broken_ = true;
    return false;
  }

  std::optional<envelope> take() {
    if (broken_ || batch_ || (found_.method.empty() && found_.id.empty()))
      return {};
    if (!found_.method.empty())
      found_.what =
        found_.id.empty() ? jsonrpc::kind::notification : jsonrpc::kind::request;
    else if (answers_)
      found_.what = jsonrpc::kind::response;
    else
      return {};
    return std::move(found_);
  }

private:
  bool at(std::string_view name) const { return depth_ == 1 && key_ == name; }
  bool value() const { return !complete(); }

  bool complete() const {
    return !found_.id.empty() && (answers_ || !found_.method.empty());
  }

  bool number(std::string text) {
    if (at("id"))
      found_.id = std::move(text);
    return value();
  }

  bool enter(bool array) {
    batch_ = batch_ || (depth_ == 0 && array);
    ++depth_;
    return !batch_;
  }

  bool leave() {
    --depth_;
    return true;
  }

  envelope found_;
  std::string key_;
  int depth_ = 0;
  bool answers_ = false;
  bool batch_ = false;
  bool broken_ = false;
};

} // namespace

std::optional<envelope> peek(std::string_view line) {
  outline seen;
  static_cast<void>(json::sax_parse(line, &seen));
  return seen.take();
}

} // namespace troupe::cli
