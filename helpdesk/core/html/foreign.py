"""Tags that are nothing in HTML, but have the name of something in a drawing or a formula."""

from __future__ import annotations

import re

# Outside <svg> and <math> the cleaner takes such an element for an attempt to fool it, and throws
# its words away. "Reply <or> call" is written by people, though.
_IN_A_ROW = """
    abs and animate annotation annotation-xml apply approx arccos arccosh arccot arccoth
    arccsc arccsch arcsec arcsech arcsin arcsinh arctan arctanh arg bind bvar card
    cartesianproduct cbytes ceiling cerror ci circle cn codomain complexes compose condition
    conjugate cos cosh cot coth cs csc csch csymbol curl declare defs degree desc
    determinant diff discard divergence divide domain domainofapplication ellipse emptyset
    eq equivalent eulergamma exists exp exponentiale factorial factorof false filter floor
    fn forall g gcd geq grad gt ident imaginary imaginaryi implies in infinity int integers
    intersect interval inverse lambda laplacian lcm leq limit line list ln log logbase
    lowlimit lt maction maligngroup malignmark marker mask matrix matrixrow max mean median
    menclose merror metadata mfenced mfrac mglyph mi min minus mlabeledtr mlongdiv
    mmultiscripts mn mo mode moment momentabout mover mpadded mpath mphantom mprescripts
    mroot mrow ms mscarries mscarry msgroup msline mspace msqrt msrow mstack mstyle msub
    msubsup msup mtable mtd mtext mtr munder munderover naturalnumbers neq none not
    notanumber notin notprsubset notsubset or otherwise outerproduct partialdiff path
    pattern pi piece piecewise plus polygon polyline power primes product prsubset quotient
    rationals real reals rect reln rem root scalarproduct sdev sec sech selector semantics
    sep set setdiff share sin sinh stop subset sum switch symbol tan tanh tendsto text times
    transpose true tspan union uplimit use variance vector vectorproduct view xor
"""
_NAMES = frozenset(_IN_A_ROW.split())
_TAG_NAME = re.compile(r"</?([a-zA-Z][\w-]*)")
# An address in angle brackets, which its writer's program should have escaped, would look like one.
_ADDRESS = re.compile(r"<((?:mailto:)?[\w.+-]{1,64}@[\w.-]{1,200}|https?://[^\s<>\"']{1,2000})>")
_TAG = re.compile(r"</?([a-zA-Z][\w-]*)[^<>]*>")


def without_foreign_tags(html: str) -> str:
    """The HTML without those tags; what is between them stays, and so do addresses in brackets."""
    if "@" in html or "<http" in html:
        html = _ADDRESS.sub(r"&lt;\1&gt;", html)
    if _NAMES.isdisjoint({name.lower() for name in set(_TAG_NAME.findall(html))}):
        return html
    return _TAG.sub(lambda tag: "" if tag[1].lower() in _NAMES else tag[0], html)
