using System.Net;

namespace UserStore.SampleTests.UserService;

public sealed class EmailAddressTests : UserServiceTest
{
    // RFC 5322, section 3.2.3, without the letters and digits.
    private const string Atext = "!#$%&'*+-/=?^_`{|}~.";

    public static TheoryData<string> Addresses => [
        .. Atext.Select(letter => $"a{letter}b@example.test"),
        "a%2fb@example.test", "a%2Fb@example.test", "a%252Fb@example.test", "a%25b@example.test", "a%@example.test", "%00@example.test", "../a@example.test",
        "/a//b/@example.test", "a;b,c@example.test", "\"quoted\"@example.test", "ä.ö@example.test", "用户@example.test", "😀@example.test"];

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task A_user_is_found_by_every_address_that_it_can_have(string email)
    {
        await using RunningService service = await RunningService.StartAsync();
        var created = await service.SendAsync(
            HttpMethod.Post, "/users", System.Text.Json.JsonSerializer.Serialize(new { userId = "new-1", name = "Fake", email }));
        created.Response.StatusCode.Should().Be(HttpStatusCode.Created);

        string encoded = Uri.EscapeDataString(email);
        foreach (string path in new[] { encoded, encoded + "?", encoded.Replace("%40", "@") })
        {
            var found = await service.SendAsync(HttpMethod.Get, $"/users/by-email/{path}");
            Text(found.Json, "userId").Should().Be("new-1");
        }
    }

    [Fact]
    public async Task A_percent_sign_and_an_encoded_slash_are_different()
    {
        await using RunningService service = await RunningService.StartAsync();
        await service.SendAsync(HttpMethod.Post, "/users", """{"userId":"slash","name":"Fake","email":"a/b@example.test"}""");
        await service.SendAsync(HttpMethod.Post, "/users", """{"userId":"percent","name":"Fake","email":"a%2fb@example.test"}""");

        (await FindAsync("a%2Fb@example.test"), await FindAsync("a%252Fb@example.test")).Should().Be(("slash", "percent"));

        async Task<string?> FindAsync(string path) => Text((await service.SendAsync(HttpMethod.Get, $"/users/by-email/{path}")).Json, "userId");
    }
}
