#pragma once

#include "gateway/addresses.hpp"
#include "gateway/serving.hpp"

/// Resources: the runs, what they did and said, sessions, the tree. Each is read by the
/// tool that tells it, within the budget of that tool.
namespace troupe::mcp {

void list_resources(const guest& who, const resource_list& asked, settle_with reply);

void read_resource(const guest& who, const std::string& uri, settle_with reply);

/// One resource as `contents` has it, or the refusal.
using resource_to = std::function<void(tl::expected<json, refusal>)>;
void fetch(const guest& who, const std::string& uri, resource_to reply);

/// Those that are there may be watched. Runs and sessions are named by whole ids.
void grant_watch(const guest& who, const resource_watch& asked, settle_with reply);

} // namespace troupe::mcp
