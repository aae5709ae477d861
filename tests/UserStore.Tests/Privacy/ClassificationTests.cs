using Amazon.DynamoDBv2.DataModel;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Compliance.Classification;
using UserStore.AspNetCore.Identity;
using UserStore.Privacy;

namespace UserStore.Tests.Privacy;

/// <summary>How the properties of user types are classified: by attributes, by those of Identity, and in code.</summary>
public sealed class ClassificationTests
{
    private static readonly DataClassification Health = new("Clinic", "Health");

    [Fact]
    public void Each_property_of_the_ready_made_type_is_classified()
        => new UserRedactor<User>().Classifications.Should().BeEquivalentTo(new Dictionary<string, DataClassificationSet>
        {
            ["UserId"] = UserDataTaxonomy.Identifier,
            ["Email"] = UserDataTaxonomy.Contact,
            ["Name"] = UserDataTaxonomy.Personal,
            ["Age"] = UserDataTaxonomy.Personal,
            ["Tags"] = UserDataTaxonomy.Personal,
            ["Status"] = DataClassification.None,
            ["CreatedAt"] = DataClassification.None,
            ["UpdatedAt"] = DataClassification.None,
            ["ExpiresAt"] = DataClassification.None,
            ["Version"] = DataClassification.None,
        });

    [Fact]
    public void Each_property_of_the_user_of_Identity_is_classified()
    {
        IReadOnlyDictionary<string, DataClassificationSet> classifications = new UserRedactor<DynamoDbIdentityUser>().Classifications;

        classifications.Should().HaveCountGreaterThan(25);
        classifications.Where(property => property.Value.Equals(Set(DataClassification.Unknown))).Should().BeEmpty();
        classifications["NormalizedEmail"].Should().Be(Set(UserDataTaxonomy.Contact), "an attribute of a taxonomy says more than [ProtectedPersonalData]");
        foreach (string secret in new[] { "PasswordHash", "SecurityStamp", "AuthenticatorKey", "RecoveryCodes", "Passkeys", "Tokens" })
            classifications[secret].Should().Be(Set(UserDataTaxonomy.Sensitive));
    }

    [Theory]
    [InlineData(nameof(Patient.Phone), "UserStore:Contact")]
    [InlineData(nameof(Patient.Diagnosis), "Clinic:Health", "UserStore:Sensitive")]
    [InlineData(nameof(Patient.Nickname), "UserStore:Personal")]
    [InlineData(nameof(Patient.Insurance), "UserStore:Sensitive")]
    [InlineData(nameof(Patient.Home), "Clinic:Health")]
    [InlineData(nameof(Patient.Visits), "Clinic:Health")]
    [InlineData(nameof(Patient.Plan), "None")]
    [InlineData(nameof(Patient.Note), "Unknown")]
    [InlineData(nameof(Patient.Name), "UserStore:Contact")]
    [InlineData(nameof(Patient.Email), "UserStore:Contact")]
    public void Attributes_of_any_taxonomy_and_of_Identity_classify_a_property(string property, params string[] expected)
        => new UserRedactor<Patient>().Classifications[property].Should().Be(SetOf(expected));

    [Theory]
    [InlineData(nameof(Guest.Id), "UserStore:Identifier")]
    [InlineData(nameof(Guest.Phone), "UserStore:Contact")]
    [InlineData(nameof(Guest.Version), "None")]
    public void Parameters_of_a_positional_record_classify_its_properties(string property, params string[] expected)
        => new UserRedactor<Guest>().Classifications[property].Should().Be(SetOf(expected));

    [Fact]
    public void A_description_in_code_replaces_attributes()
    {
        var options = new UserStoreOptions();
        options.Describe<Patient>(type => type
            .Classified(patient => patient.Note, Health)
            .Classified(patient => patient.Note, UserDataTaxonomy.Sensitive)
            .Classified(patient => patient.Phone, DataClassification.None)
            .Classified(patient => patient.UserId, UserDataTaxonomy.Contact));

        IReadOnlyDictionary<string, DataClassificationSet> classifications = new UserRedactor<Patient>(options: options).Classifications;

        classifications["Note"].Should().Be(new DataClassificationSet(Health, UserDataTaxonomy.Sensitive));
        classifications["Phone"].Should().Be(Set(DataClassification.None));
        classifications["UserId"].Should().Be(Set(UserDataTaxonomy.Contact));
        classifications["Nickname"].Should().Be(Set(UserDataTaxonomy.Personal), "nothing was said of it");
    }

    [Fact]
    public void A_description_of_what_is_no_property_is_refused()
    {
        Action describe = () => new UserStoreOptions().Describe<Patient>(type => type.Classified(patient => patient.Phone!.Length, Health));

        describe.Should().Throw<ArgumentException>();
    }

    private static DataClassificationSet Set(DataClassification classification) => classification;

    private static DataClassificationSet SetOf(string[] texts) => new(texts.Select(text => text switch
    {
        "None" => DataClassification.None,
        "Unknown" => DataClassification.Unknown,
        _ => new DataClassification(text.Split(':')[0], text.Split(':')[1]),
    }));

    [AttributeUsage(AttributeTargets.Property | AttributeTargets.Class)]
    private sealed class HealthDataAttribute() : DataClassificationAttribute(Health);

    [GenerateUserMapping]
    internal sealed record Patient : User
    {
        [UserContactData]
        public string? Phone { get; init; }

        [HealthData]
        [UserSensitiveData]
        public string? Diagnosis { get; init; }

        [PersonalData]
        public string? Nickname { get; init; }

        [ProtectedPersonalData]
        public string? Insurance { get; init; }

        public Place? Home { get; init; }

        public List<Place>? Visits { get; init; }

        [NoDataClassification]
        public string? Plan { get; init; }

        public string? Note { get; init; }

        [UserContactData]
        [DynamoDBProperty("name")]
        public new string? Name { get; init; }
    }

    [HealthData]
    internal sealed record Place
    {
        public string? Street { get; set; }
    }

    [DynamoDBTable("Guests")]
    public record Guest([property: DynamoDBHashKey] string Id, [UserContactData] string? Phone)
    {
        [DynamoDBVersion]
        public long? Version { get; init; }
    }
}
