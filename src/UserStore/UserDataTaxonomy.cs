using Microsoft.Extensions.Compliance.Classification;

namespace UserStore;

/// <summary>The classifications of users' data, for the redaction of logs and for exports.</summary>
/// <remarks>The properties of <see cref="User"/> are classified. Classify your own by attributes, such as <see cref="UserContactDataAttribute"/>, by
/// <see cref="UserTypeBuilder{TUser}.Classified{TValue}"/>, or by a taxonomy of your own: every <see cref="DataClassificationAttribute"/> is
/// honored.</remarks>
public static class UserDataTaxonomy
{
    /// <summary>Gets the name of the taxonomy: <c>UserStore</c>.</summary>
    public static string TaxonomyName => "UserStore";

    /// <summary>Gets the classification of values that identify a user without describing the person, such as a random id.</summary>
    /// <value>Also the classification of a key that has no other. Logs and exceptions of the store contain keys.</value>
    public static DataClassification Identifier => new(TaxonomyName, nameof(Identifier));

    /// <summary>Gets the classification of values that describe a person, such as name and age.</summary>
    /// <value>Also the classification of properties with <c>[PersonalData]</c> of ASP.NET Core Identity.</value>
    public static DataClassification Personal => new(TaxonomyName, nameof(Personal));

    /// <summary>Gets the classification of values by which a person can be reached, such as email address and phone number.</summary>
    public static DataClassification Contact => new(TaxonomyName, nameof(Contact));

    /// <summary>Gets the classification of values whose disclosure does particular harm, such as credentials and data about health.</summary>
    /// <value>Also the classification of properties with <c>[ProtectedPersonalData]</c> of ASP.NET Core Identity.</value>
    public static DataClassification Sensitive => new(TaxonomyName, nameof(Sensitive));
}
