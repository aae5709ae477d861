using Microsoft.Extensions.Compliance.Classification;

namespace UserStore;

/// <summary>Classifies values as <see cref="UserDataTaxonomy.Identifier"/>: they identify a user without describing the person, such as a random id.</summary>
public sealed class UserIdentifierDataAttribute() : DataClassificationAttribute(UserDataTaxonomy.Identifier);
