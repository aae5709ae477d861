using Microsoft.Extensions.Compliance.Classification;

namespace UserStore;

/// <summary>Classifies values as <see cref="UserDataTaxonomy.Personal"/>: they describe a person, such as name and age.</summary>
public sealed class UserPersonalDataAttribute() : DataClassificationAttribute(UserDataTaxonomy.Personal);
