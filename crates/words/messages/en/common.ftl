# Words that many pages share.

skip = Skip to content
required = required
foot = Your details stay on this server.
theme = Theme
or-change = Cancel
theme-system = System
theme-light = Light
theme-dark = Dark
form-field = Form
labels-and = { $labels }
