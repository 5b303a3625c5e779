"""Pictures."""


def draw_picture(motif, *, seed):
    raise NotImplementedError
