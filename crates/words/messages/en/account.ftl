# The account as a whole.

type-to-confirm = Type “{ $word }” to confirm
