using Amazon.DynamoDBv2.Model;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.Encryption;

/// <summary>The stored form of encrypted values, data keys and reservations does not change: what an earlier version stored is read and found.</summary>
public sealed class StoredFormTests : EncryptionTest
{
    private static readonly Dictionary<string, string> Values = new()
    {
        ["Diagnosis"] = "7FVTdgESQh1nLdiIWmv1xJnS1Fqf9hqitnUPkfNlc+x5LSbsaTqChjgie3rZBZQw",
        ["insurance_number"] = "7FVTdgIBPaivMb1DkvTcxSbSggG35AaeavPNF0eXftlMMDyVk9oqptu5m+jU8knnxSYpcN/w6qrBQy2uPmQhR2xVigmbVDggsjYWAYOPToxW",
        ["Badges"] = "7FVTdgICzxNkLoLHTIh8ZMDn+RFsCMUieA8rh70TPfUgkQrJQ+hAEhB/XDFCh7DszSl3GRs9vjgsZ02uBTw1w2uZR/OhKl0sk/CxOfcXvkDXC54WnlYOtCn3f3oD680Y"
            + "HJ5B4JHA/CWEtB8rXDzDXV+9sw==",
        ["Age"] = "7FVTdgEtyCwgHn6W2Z3tVXVUlttlwdus69VZzSR4yYGbSyNR",
        ["Allergies"] = "7FVTdgExakLicu17X1kyBEhXEzUPY+0bZE29gWI20Le5DEWkEDtX0ieDtbTwSqEMzV0Dpj9XgYsjXn715Se1f7fqJldWrsDmMcnWvTF+DtJZglkr3wEj8YryXkYk"
            + "d6Dxx5c8",
    };

    private static readonly string[] Reserved =
    [
        "5:badge7:Sward-164:5903edbd44abd4e74c7c40e21aaabf27d3cf9899255c49b83a866e8386a1fa29",
        "5:badge7:Sward-164:ca7bbe72037fd9a2f092dabf2b7c4c6601710ee18530f8b3ac091da537526da1",
        "9:insurance0:64:baa5ad17217f8da91a6370e38ee45a15a42c518e59fb3957067629bc1fabd5dd",
    ];

    [Fact]
    public async Task A_user_of_an_earlier_version_is_read_and_found_by_its_values()
    {
        await Server.Client.PutItemAsync(DataKeys, new()
        {
            ["id"] = new("b1f3448282aac9db4c48c0eaf0e30f60ff1e2aba59f5d054fde3ff85cc180655baa5d0c0"),
            ["wrapped_key"] = Binary("AZQCFv9o023RrP3H4MLttw8Xsigwd9v/yEqh+Yub4awoF4SuX+n/0lX0jAX8U42FRGWZoKDKWK6EeDY2YQ=="),
        });
        await Server.Client.PutItemAsync(Users, Values.ToDictionary(value => value.Key, value => Binary(value.Value)).Concat(
        [
            new("Id", new AttributeValue("fake-1")), new("Ward", new AttributeValue("ward-1")), new("Version", new AttributeValue { N = "1" }),
            new("data_key", new AttributeValue("eababdbbd538852e2d66ff02")),
        ]).ToDictionary());
        foreach (string reservation in Reserved)
            await Server.Client.PutItemAsync(Reservations, new() { ["reservation"] = new(reservation), ["owner"] = new("fake-1") });

        Patient? read = await Store.FindAsync("fake-1");

        read!.Diagnosis.Should().Be("Fake diagnosis");
        read.Insurance.Should().Be("fake-insurance", "it is normalized");
        read.Badges.Should().BeEquivalentTo("a", "b");
        read.Age.Should().Be(44);
        read.Allergies.Should().Equal("fake-pollen", "fake-nuts", "fake-pollen");
        (await Store.FindByAsync(user => user.Insurance, "Fake-Insurance", ReadConsistency.Strong))!.Id.Should().Be("fake-1");
        await Store.DeleteAsync("fake-1");
        (await ScanAsync(Reservations)).Should().BeEmpty("the user releases what it reserved");
        (await ScanAsync(DataKeys)).Should().BeEmpty();
    }

    private static AttributeValue Binary(string base64) => new() { B = new MemoryStream(Convert.FromBase64String(base64)) };
}
