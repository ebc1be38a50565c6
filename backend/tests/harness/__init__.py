"""What the long tests of reliability share: a studio in processes of its own, and figures of them."""
