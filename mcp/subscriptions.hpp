#pragma once

#include "mcp/request.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace troupe::mcp {

/// One thing to say to a client that listens, and the request on whose stream.
struct notice {
  json about; ///< Null: of no request.
  json message;
};

/// What one client is told of changes: by the requests with which it listens, each
/// tagged with the request's id (2026-07-28), or at large (before it).
class subscriptions {
public:
  static constexpr std::size_t listens_max = 64;
  static constexpr std::size_t uris_max = 1024;

  /// Whether one more request, for so many resources, is too much.
  [[nodiscard]] bool full(std::size_t uris) const;

  void add(listen what) { listens_.push_back(std::move(what)); }
  [[nodiscard]] bool drop(const json& id);
  [[nodiscard]] bool has(const json& id) const;

  void watch(std::string uri) { uris_.insert(std::move(uri)); }
  void leave_off(const std::string& uri) { uris_.erase(uri); }

  /// Every resource that is watched, once.
  [[nodiscard]] std::set<std::string> watched() const;
  [[nodiscard]] bool watches(changing_list which) const;

  [[nodiscard]] std::vector<notice> changed(const std::string& uri) const;
  [[nodiscard]] std::vector<notice> changed(changing_list which) const;

  /// Says which changes this request will be told of.
  [[nodiscard]] static notice acknowledgement(const listen& what);

private:
  std::vector<listen> listens_;
  std::set<std::string> uris_;
};

} // namespace troupe::mcp
