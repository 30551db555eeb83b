#include "gateway/row.hpp"

#include <algorithm>

namespace troupe::mcp {

const tool_row& row_for(const tool& shown) {
  return *std::ranges::find_if(tools(), [&](const tool_row& row) {
    return row.shown.info.name == shown.info.name;
  });
}

error not_called(const tool_info& info, const std::string& why) {
  return {
    errc::invalid_argument,
    std::string(info.name) + " was not called: " + why +
      (why.ends_with('?') ? " " : ". ") + "Correct the arguments and call it again."};
}

error explained(const tool_info& info, error why) {
  return why.code == errc::invalid_argument ? not_called(info, why.message) : why;
}

} // namespace troupe::mcp
