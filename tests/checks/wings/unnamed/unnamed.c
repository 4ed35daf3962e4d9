/* Must not compile: the wing names service/core/base, not service/core/broker. */
#include "broker.h"
