"""Makes the two embedded faces from Inter's OpenType files: python subset.py SRC OUT

Needs fonttools (4.68 was used). See README.md for what is done and why.
"""

import sys
from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.scaleUpem import scale_upem

# Latin, Latin-1, Latin Extended-A; Greek; Cyrillic; typographic signs; arrows, maths, marks.
KEPT = [*range(0x20, 0x7F), *range(0xA0, 0x180), 0x192, 0x218, 0x219, 0x21A, 0x21B, 0x1E9E]
KEPT += [*range(0x386, 0x3CF), *range(0x400, 0x460), 0x490, 0x491]
KEPT += [*range(0x2010, 0x2016), *range(0x2018, 0x201F), 0x2009, 0x2020, 0x2021, 0x2022, 0x2026]
KEPT += [0x202F, 0x2030, 0x2032, 0x2033, 0x2039, 0x203A, 0x2070, 0x2074, 0x20AC, 0x2116, 0x2122]
KEPT += [*range(0x2190, 0x2195), 0x2202, 0x2206, 0x2211, 0x2212, 0x221A, 0x221E, 0x2248, 0x2260]
KEPT += [0x2264, 0x2265, 0x25A0, 0x25B2, 0x25B3, 0x25BC, 0x25CB, 0x25CF, 0x2713, 0x2717]

ZEROS = """maxTwilightPoints maxStorage maxFunctionDefs maxInstructionDefs maxStackElements
    maxSizeOfInstructions maxComponentElements maxPoints maxContours maxCompositePoints
    maxCompositeContours maxComponentDepth""".split()


def tabular_digits(font):
    """Points the digits at their equal-width forms: numbers stand in columns here."""
    forms = {}
    for record in font["GSUB"].table.FeatureList.FeatureRecord:
        if record.FeatureTag == "tnum":
            for index in record.Feature.LookupListIndex:
                for table in font["GSUB"].table.LookupList.Lookup[index].SubTable:
                    forms.update(getattr(table, "ExtSubTable", table).mapping)
    for table in font["cmap"].tables:
        if table.isUnicode():
            for code in range(0x30, 0x3A):
                table.cmap[code] = forms.get(table.cmap[code], table.cmap[code])


def hollow_box():
    """The sign for a missing character: a thin box; Inter's own is a block of stripes."""
    pen = TTGlyphPen(None)
    for corners in (((240, 0), (240, 2048), (1576, 2048), (1576, 0)), ((376, 136), (1440, 136), (1440, 1912), (376, 1912))):
        pen.moveTo(corners[0])
        for corner in corners[1:]:
            pen.lineTo(corner)
        pen.closePath()
    return pen.glyph()


def quadratic_outlines(font):
    """Cubic outlines (CFF) become quadratic ones (glyf), whose glyphs can be left out one by one."""
    glyph_set, order, glyphs = font.getGlyphSet(), font.getGlyphOrder(), {}
    for name in order:
        pen = TTGlyphPen(None)
        glyph_set[name].draw(Cu2QuPen(pen, max_err=2.0, reverse_direction=True))
        glyphs[name] = pen.glyph()
    glyphs[".notdef"] = hollow_box()
    font["loca"] = newTable("loca")
    glyf = font["glyf"] = newTable("glyf")
    glyf.glyphOrder, glyf.glyphs = order, glyphs
    del font["CFF "]
    maxp = font["maxp"]
    maxp.tableVersion, maxp.maxZones = 0x00010000, 1
    for field in ZEROS:
        setattr(maxp, field, 0)
    font["post"].formatType, font.sfntVersion = 3.0, "\0\1\0\0"
    font["hmtx"][".notdef"] = (1816, 0)
    for name in order:
        glyf[name].recalcBounds(glyf)
        font["hmtx"][name] = (font["hmtx"][name][0], getattr(glyf[name], "xMin", 0))


def main(source, out):
    for name in ("Regular", "SemiBold"):
        font = TTFont(f"{source}/Inter-{name}.otf")
        tabular_digits(font)
        options = subset.Options()
        options.hinting, options.desubroutinize, options.layout_features = False, True, []
        options.glyph_names, options.notdef_outline = True, True
        options.drop_tables += ["GPOS", "GSUB", "GDEF", "kern", "gasp", "DSIG", "STAT", "meta", "BASE", "VORG"]
        options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17]
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=KEPT)
        subsetter.subset(font)
        quadratic_outlines(font)
        scale_upem(font, 1000)  # PDF counts widths in thousandths: none is rounded.
        font.recalcTimestamp = False
        font.save(f"{out}/Inter-{name}.ttf")


main(*sys.argv[1:3])
