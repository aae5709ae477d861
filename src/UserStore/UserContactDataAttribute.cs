using Microsoft.Extensions.Compliance.Classification;

namespace UserStore;

/// <summary>Classifies values as <see cref="UserDataTaxonomy.Contact"/>: a person can be reached by them, such as email address and phone number.</summary>
public sealed class UserContactDataAttribute() : DataClassificationAttribute(UserDataTaxonomy.Contact);
