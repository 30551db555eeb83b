#include "actors/agent_files.hpp"

#include "store/shared_file.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace troupe {

namespace {

file_answer read(const serve_file& order) {
  auto text = store::read_inside(order.cwd, order.wanted.path);
  if (text)
    return {.text = std::move(*text), .error = {}};
  if (text.error().code == errc::not_found)
    return {.text = {}, .error = {}, .missing = true};
  return {.text = {}, .error = std::move(text.error().message)};
}

file_answer write(const serve_file& order) {
  auto created = store::write_inside(order.cwd, order.wanted.path, *order.wanted.text);
  if (created)
    return {.text = {}, .error = {}, .created = *created};
  return {.text = {}, .error = std::move(created.error().message)};
}

} // namespace

agent_file_actor::behavior_type agent_file(agent_file_actor::pointer self) {
  return {[self](const serve_file& order) -> caf::result<file_answer> {
    self->quit();
    return order.wanted.text ? write(order) : read(order);
  }};
}

} // namespace troupe
