#pragma once

/// Records and JSON: declared once, read and written everywhere (docs/decisions/0002).
#include "protocol/codec.hpp"
#include "protocol/json_text.hpp"
#include "protocol/json_value.hpp"
#include "protocol/record_codec.hpp"
#include "protocol/text.hpp"
