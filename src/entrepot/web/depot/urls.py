"""Addresses of the depot's desk, below /depot/."""

from django.urls import URLPattern, URLResolver, path

from entrepot.web.depot import boxes, papers, parcels, receive, registrations, worklist

urlpatterns: list[URLPattern | URLResolver] = [
    path("", worklist.show, name="depot"),
    path("receive/", receive.scan, name="depot-receive"),
    path("receive/undo/", receive.undo, name="depot-undo"),
    path("find/", parcels.find, name="depot-find"),
    path("parcels/<slug:barcode>/", parcels.show, name="depot-parcel"),
    path("parcels/<slug:barcode>/refused/", parcels.refused, name="depot-refused"),
    path("parcels/<slug:barcode>/returned/", parcels.returned, name="depot-returned"),
    path("consolidate/", boxes.pack, name="depot-consolidate"),
    path("boxes/", boxes.listing, name="depot-boxes"),
    path("boxes/<slug:box>/", boxes.show, name="depot-box"),
    path("boxes/<slug:box>/add/", boxes.add, name="depot-add"),
    path("boxes/<slug:box>/take-out/", boxes.take_out, name="depot-take-out"),
    path("boxes/<slug:box>/dispatch/", boxes.dispatch, name="depot-dispatch"),
    path("boxes/<slug:box>/papers/", papers.show, name="depot-papers"),
    path("boxes/<slug:box>/papers.json", papers.data, name="depot-papers-data"),
    path("boxes/<slug:box>/label/", papers.box_label, name="depot-box-label"),
    path("boxes/<slug:box>/waybill.pdf", papers.waybill, name="depot-waybill"),
    path("labels/<slug:consignment>/", papers.parcel_label, name="parcel-label"),
    path("registrations/", registrations.edit, name="depot-registrations"),
]
