"""Names of our own in PDF files: written when a form is built or filled, looked for when read."""

# Keys of the document information that tell form, edition and reference of the file.
FORM, EDITION, REFERENCE = "/FormserviceForm", "/FormserviceEdition", "/FormserviceReference"
# And how many pages it has without continuation sheets, where some are copies.
PAGES = "/FormservicePages"
# Marked content that holds a value exactly beside what is drawn: /Key, /V, and /GoesOn where a
# sheet behind the form holds more of it.
VALUE = "FormserviceValue"
# Key of a field whose value has a further part on a sheet behind the form: tells whether the
# first part was changed since (application.extract.split_mark).
GOES_ON = "/FormserviceGoesOn"
# Form XObjects with text drawn anew for every document (numbered), and with what is printed at
# the foot of a copied page.
PLACE, FOOT = "/FormserviceText", "/FormserviceFoot"
# Key of a page: the text of its QR code, which nobody reads where a page need not be drawn. It
# tells pages of several documents apart that somebody joined into one file.
CODE = "/FormserviceCode"
