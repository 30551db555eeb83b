#pragma once

#include "keeper/descriptor.hpp"
#include "protocol/json.hpp"
#include "protocol/lines.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::stress {

/// A client of the daemon's socket that can have many calls under way. Blocks; gives up
/// (figures.hpp) on anything it does not expect.
class client {
public:
  /// Connects, greets and initializes; tries again while nobody listens.
  explicit client(const std::string& socket);

  /// Sends a call and returns its id.
  std::uint64_t begin(std::string_view tool, const json& arguments);

  /// The next answer to any call, as it came. Valid until the next one.
  std::string_view next_line();

  struct answer {
    std::uint64_t id = 0;
    json content;
  };

  /// The next answer to any call; it must not be an error.
  answer next();

  /// One call and its answer. Requires that none is under way.
  json call(std::string_view tool, const json& arguments);

private:
  void say(const json& message);
  void hear();

  keeper::descriptor link_;
  line_splitter lines_{64 * 1024 * 1024};
  std::string buffer_;
  std::uint64_t asked_ = 0;
};

/// The unsigned number behind the last `"name":` of a line; 0 if there is none. Cheaper
/// than parsing a megabyte.
[[nodiscard]] std::uint64_t number_in(std::string_view line, std::string_view name);

} // namespace troupe::stress
