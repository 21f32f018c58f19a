"""The questions that everybody is asked first: how old, where, what work, who are your people, who is that.

Their words say little (“What do you do?”) and the answers repeat none of them (“I was a lollipop lady”). So
they are read as what they want (`asking`), and records are looked at for the shape of an answer (`telling`),
the owner's own before what others say. English alone. Nothing is concluded: what is found is quoted.
"""
