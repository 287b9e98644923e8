"""The EKS API: every operation of the service, with its states, limits and errors, without HTTP.

An operation takes parameters and gives answers in the shapes that an SDK shows; moments are
seconds since the epoch, as on the wire. What EKS asks of the rest of AWS stands in `ports`.
"""
