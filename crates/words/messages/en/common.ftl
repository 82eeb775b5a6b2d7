# Words that many pages share.

skip-to-content = Skip to content
works-until = It works until { $when }.
attempts-left = { $count ->
    [one] { $count } attempt left
   *[other] { $count } attempts left
}
