"""x."""
import importlib
for _m in "arithmetic comparison complex contraction creation exponential indexing joining linalg logic rearranging reductions rounding selection shaping sorting special statistics trigonometric".split():
    _mod = importlib.import_module("wengert.functions."+_m)
    if _m in ("linalg","special"): continue
    for _n in _mod.__all__: globals()[_n]=getattr(_mod,_n)
