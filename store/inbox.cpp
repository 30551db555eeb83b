#include "store/inbox.hpp"

#include "store/files.hpp"
#include "store/record_file.hpp"

namespace troupe::store {

result<void> save_inbox(const layout& at, const inbox_record& inbox) {
  const auto file = at.inbox_file(inbox.session_id);
  if (auto made = make_directory(file.parent_path()); !made)
    return made;
  return save(file, inbox);
}

result<inbox_record> load_inbox(const layout& at, const std::string& session_id) {
  const auto file = at.inbox_file(session_id);
  auto inbox = load<inbox_record>(file);
  if (inbox)
    return inbox;
  if (inbox.error().code == errc::not_found)
    return inbox_record{.session_id = session_id, .letters = {}};
  if (inbox.error().code != errc::invalid_argument)
    return inbox;
  const auto aside = set_aside(file);
  return fail(
    errc::internal,
    inbox.error().message + "; it is now " + aside.filename().string() +
      " and the inbox begins anew");
}

} // namespace troupe::store
