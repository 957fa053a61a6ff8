// SPDX-License-Identifier: Apache-2.0
// What S3 says of new objects, as events of Satchel's: through EventBridge ("Object Created") or straight from the bucket. Pure.
// Sources: Amazon S3 user guide, "EventBridge event message structure" and "Event message structure".
#pragma once

#include <string_view>
#include <vector>

#include "satchel/base/result.hpp"
#include "satchel/model/event.hpp"

namespace satchel::aws {

/// The objects that the message tells of, each as kObjectCreated with the key as subject and "size" among its data; none, where it tells
/// of something else in the bucket. An event's id follows from the object, so that the same news told twice has one id. The key of a
/// notification straight from the bucket is URL-encoded, that of EventBridge is not. Error: invalid (no message of S3's, or of another bucket).
Result<std::vector<Event>> object_events(std::string_view message, std::string_view bucket);

}  // namespace satchel::aws
