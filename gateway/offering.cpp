#include "gateway/offering.hpp"

#include "gateway/addresses.hpp"
#include "gateway/prompts.hpp"

#include <algorithm>

namespace troupe::mcp {

result<offer> offered(std::string_view toolsets) {
  auto list = listed(toolsets);
  if (!list)
    return fail(std::move(list.error()));
  offer all{.about = {"troupe", "Troupe", TROUPE_VERSION}};
  all.instructions = instructions(*list);
  all.tools = std::move(*list);
  for (const auto& row : tools())
    if (std::ranges::find(all.tools, &row.shown) == all.tools.end())
      all.others.push_back(&row.shown);
  all.resources = true;
  all.templates = resource_templates();
  all.prompts = prompts();
  all.completes = true;
  all.tasks = true;
  return all;
}

} // namespace troupe::mcp
