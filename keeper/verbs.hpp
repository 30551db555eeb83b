#pragma once

/// What supervisor and keeper say to each other: one JSON object a line over a private
/// stream socket, `{"verb": …, …}`, descriptors beside the line that names them.
/// Every order carries the supervisor's epoch; the keeper ignores an older one's.
#include "keeper/orders.hpp"
#include "keeper/reports.hpp"
