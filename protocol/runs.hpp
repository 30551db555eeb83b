#pragma once

/// The run tools: what each takes and gives. Names and shapes are kept from the servers
/// that existing clients know; see docs/tools.md.
#include "protocol/agent_names.hpp"
#include "protocol/artifacts.hpp"
#include "protocol/asking.hpp"
#include "protocol/mail.hpp"
#include "protocol/run_brief.hpp"
#include "protocol/run_views.hpp"
#include "protocol/spawning.hpp"
#include "protocol/steering.hpp"
#include "protocol/team_views.hpp"
#include "protocol/teams.hpp"
#include "protocol/watching.hpp"
#include "protocol/worktrees.hpp"
