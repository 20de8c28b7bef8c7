"""Which warnings are no errors in the kernels that run the chapters: apart, so that tests need no
Sphinx to know them.
"""

# All are errors but two that the kernel gives about itself: one while it shuts down, and from
# Python 3.12 on one while it starts, when tornado asks for the event loop that is made a moment
# later.
KERNEL_WARNINGS = (
    "error,ignore::PendingDeprecationWarning:ipykernel.kernelbase,ignore:There is no current event loop:DeprecationWarning"
)
