#!/usr/bin/python3
"""Finds the coefficients in autograd/kernels/levels/functions.hpp and prints them: polynomials whose largest error,
times a weight, is the least (Lawson's iteration of weighted least squares on Chebyshev points, in 40 digits).

scripts/fit_functions.py (needs numpy and mpmath)"""
import mpmath as mp
import numpy

mp.mp.dps = 40


def fit(name, f, low, high, degree, weight=lambda x: 1, points=400):
    """f(x) as a polynomial in x. `weight` turns an error of the polynomial into one of the result, in its own units."""
    nodes = [(low + high) / 2 + (high - low) / 2 * mp.cos(mp.pi * (i + 0.5) / points) for i in range(points)]
    # In Chebyshev's basis double precision is enough for floats; the powers are taken apart at the end in 40 digits.
    t = numpy.array([float((2 * x - low - high) / (high - low)) for x in nodes])
    basis = numpy.polynomial.chebyshev.chebvander(t, degree)
    value = numpy.array([float(f(x)) for x in nodes])
    scale = numpy.array([float(weight(x)) for x in nodes])
    lawson = numpy.ones(points)
    for _ in range(300):
        w = numpy.sqrt(lawson) * scale
        c = numpy.linalg.lstsq(basis * w[:, None], value * w, rcond=None)[0]
        error = numpy.abs((basis @ c - value) * scale)
        lawson *= error / error.max() + 1e-9
        lawson /= lawson.sum()
    # Chebyshev's basis to powers of x.
    u = [mp.mpf(2) / (high - low), -mp.mpf(low + high) / (high - low)]  # t = u0·x + u1

    def multiply(a, b):
        r = [mp.mpf(0)] * (len(a) + len(b) - 1)
        for i, x in enumerate(a):
            for j, y in enumerate(b):
                r[i + j] += x * y
        return r

    before, now, total = [mp.mpf(1)], [u[1], u[0]], [mp.mpf(0)] * (degree + 1)
    for k in range(degree + 1):
        term = before if k == 0 else now
        for i, x in enumerate(term):
            total[i] += mp.mpf(float(c[k])) * x
        if k:
            after = multiply([2 * u[1], 2 * u[0]], now)
            for i, x in enumerate(before):
                after[i] -= x
            before, now = now, after
    print(f"{name}, highest power first; largest error {error.max() * 2**24:.3f} units of 2^-24")
    print("  " + ", ".join(f"{numpy.float32(float(x)):.9g}f" for x in reversed(total)))


def main():
    half = mp.log(2) / 2
    fit("exp:   (e^r - 1 - r) / r^2", lambda r: (mp.expm1(r) - r) / r**2 if abs(r) > 1e-8 else mp.mpf(0.5), -half, half, 4,
        lambda r: r * r / mp.exp(r))
    fit("log:   (log(1 + r) - r + r^2 / 2) / r^3", lambda r: (mp.log1p(r) - r + r * r / 2) / r**3 if abs(r) > 1e-6 else mp.mpf(1) / 3 - r / 4, mp.mpf(-1) / 3, mp.mpf(1) / 3,
        7, lambda r: r**3 / mp.log1p(r) if r else r)
    fit("tanh:  (tanh(x) - x) / x^3 in x^2", lambda z: (mp.tanh(mp.sqrt(z)) / mp.sqrt(z) - 1) / z, mp.mpf(1e-6), mp.mpf(0.6)**2, 4,
        lambda z: z)
    fit("erf:   erf(x) / x - 1 in x^2", lambda z: mp.erf(mp.sqrt(z)) / mp.sqrt(z) - 1, mp.mpf(1e-8), mp.mpf(1), 6,
        lambda z: mp.sqrt(z) / mp.erf(mp.sqrt(z)))
    fit("erfc:  log(erfc(x))", lambda x: mp.log(mp.erfc(x)), mp.mpf(1), mp.mpf("3.95"), 6,
        lambda x: mp.erfc(x) / mp.erf(x))

    fit("exp2:  (2^r - 1) / r", lambda r: mp.expm1(r * mp.log(2)) / r if r else mp.log(2), mp.mpf("-0.5"), mp.mpf("0.5"), 4,
        lambda r: r / mp.mpf(2)**r)

    def above(x):
        return mp.erfc(x / mp.sqrt(2)) / 2

    fit("gelu:  (log2(Phi(-x)) + 1) / x", lambda x: (mp.log(above(x), 2) + 1) / x, mp.mpf("1e-6"), mp.mpf("6.5"), 6,
        lambda x: above(x) * mp.log(2) * x)


main()
