using Microsoft.Extensions.Compliance.Classification;

namespace UserStore;

/// <summary>Classifies values as <see cref="UserDataTaxonomy.Sensitive"/>: their disclosure does particular harm, such as that of credentials and
/// health data.</summary>
public sealed class UserSensitiveDataAttribute() : DataClassificationAttribute(UserDataTaxonomy.Sensitive);
