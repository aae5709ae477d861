using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Playwright;
using UserStore.Testing;
using static Microsoft.Playwright.Assertions;

namespace UserStore.BrowserTests.Identity;

/// <summary>Tells the story of an account in the pages of the sample IdentityService, on a local server.</summary>
[Collection(SharedBrowser.Name)]
public sealed class AccountStoryTests(Chromium chromium) : IAsyncLifetime
{
    private const string Email = "ada@example.test";
    private const string Password = "Correct-horse-7";

    private LocalDynamoDb _server = null!;
    private WebApplication _service = null!;
    private IPage _page = null!;

    public async Task InitializeAsync()
    {
        _server = await LocalDynamoDb.StartAsync();
        _service = await IdentityService.Service.BuildAsync(
        [
            "--urls=http://127.0.0.1:0",
            $"--UserStore:ServiceUrl={_server.Endpoint}",
            $"--UserStore:TableNamePrefix=story-{Guid.NewGuid():N}-",
            $"--UserStore:Privacy:HashKey={Convert.ToBase64String(new byte[32])}",
        ]);
        await _service.StartAsync();
        _page = await chromium.OpenAsync();
    }

    public async Task DisposeAsync()
    {
        await _page.Context.CloseAsync();
        await _service.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_user_registers_and_is_locked_out_after_five_wrong_passwords()
    {
        await OpenAsync("");
        await CheckAsync("start");
        await _page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new() { Name = "Register" }).ClickAsync();
        await ClickAsync("Register");
        await Expect(_page.Locator("#Email-error")).Not.ToBeEmptyAsync();
        await Expect(_page.Locator("#Email")).ToHaveAttributeAsync("aria-invalid", "true");
        await CheckAsync("register-errors");
        await RegisterAsync();
        await CheckAsync("account");
        await ClickAsync("Sign out");

        for (int attempt = 1; attempt <= 5; attempt++)
        {
            await SignInAsync("wrong");
            await Expect(_page.GetByRole(AriaRole.Alert).First).ToContainTextAsync(attempt < 5 ? "is wrong" : "is locked");
        }

        await SignInAsync(Password);
        await Expect(_page.GetByRole(AriaRole.Alert).First).ToContainTextAsync("is locked");
        await CheckAsync("locked");
    }

    [Fact]
    public async Task A_second_factor_is_required_until_it_is_disabled_and_a_recovery_code_replaces_it_once()
    {
        await RegisterAsync();
        await FollowAsync("Authenticator app");
        await ClickAsync("Create a new key");
        await CheckAsync("authenticator");
        string key = await _page.Locator("#key").InnerTextAsync();
        await _page.FillAsync("#Code", CodeOf(key));
        await ClickAsync("Require this app");
        string[] codes = [.. await _page.Locator("#recovery-codes code").AllInnerTextsAsync()];
        codes.Should().HaveCount(10);
        await CheckAsync("recovery-codes");

        await FollowAsync("Back to the account");
        await ClickAsync("Sign out");
        await SignInAsync(Password);
        await _page.FillAsync("#Code", CodeOf(key));
        await CheckAsync("second-factor");
        await ClickAsync("Continue");
        await Expect(Title).ToHaveTextAsync("Account");

        await ClickAsync("Sign out");
        await SignInAsync(Password);
        await _page.FillAsync("#Code", codes[0]);
        await ClickAsync("Continue");
        await Expect(_page.GetByText("9 recovery codes are left")).ToBeVisibleAsync();

        await ClickAsync("Sign out");
        await SignInAsync(Password);
        await _page.FillAsync("#Code", codes[0]);
        await ClickAsync("Continue");
        await Expect(_page.Locator("#Code-error")).ToHaveTextAsync("The code is wrong.");

        await _page.FillAsync("#Code", codes[1]);
        await ClickAsync("Continue");
        await FollowAsync("Authenticator app");
        await ClickAsync("Create new recovery codes");
        (await _page.Locator("#recovery-codes code").AllInnerTextsAsync()).Should().HaveCount(10).And.NotIntersectWith(codes);
        await ClickAsync("Do not require the app");
        await Expect(Status).ToHaveTextAsync("The app is no longer required.");

        await FollowAsync("Back to the account");
        await ClickAsync("Sign out");
        await SignInAsync(Password);
        await Expect(Title).ToHaveTextAsync("Account");
    }

    [Fact]
    public async Task A_passkey_signs_in_without_a_password()
    {
        ICDPSession devTools = await _page.Context.NewCDPSessionAsync(_page);
        await devTools.SendAsync("WebAuthn.enable");
        await devTools.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2",
                ["transport"] = "internal",
                ["hasResidentKey"] = true,
                ["hasUserVerification"] = true,
                ["isUserVerified"] = true,
                ["automaticPresenceSimulation"] = true,
            },
        });
        await RegisterAsync();
        await FollowAsync("Passkeys");
        await _page.FillAsync("#Name", "Laptop");
        await ClickAsync("Add a passkey");
        await Expect(_page.GetByRole(AriaRole.Listitem)).ToContainTextAsync("Laptop");
        await CheckAsync("passkey");

        await FollowAsync("Back to the account");
        await ClickAsync("Sign out");
        await ClickAsync("Sign in with a passkey");
        await Expect(_page.GetByText(Email)).ToBeVisibleAsync();

        await FollowAsync("Passkeys");
        await ClickAsync("Remove Laptop");
        await Expect(Status).ToHaveTextAsync("The passkey was removed.");
        await FollowAsync("Back to the account");
        await ClickAsync("Sign out");
        await ClickAsync("Sign in with a passkey");
        await Expect(_page.GetByRole(AriaRole.Alert).First).ToContainTextAsync("The passkey could not be verified.");
        await CheckAsync("passkey-unknown");
    }

    [Fact]
    public async Task An_external_login_is_linked_to_an_account_and_unlinked()
    {
        await RegisterAsync();
        await FollowAsync("External logins");
        await ClickAsync("Link the test provider");
        await _page.FillAsync("#name", "Ada");
        await ClickAsync("Continue");
        await Expect(Status).ToHaveTextAsync("The external login was linked.");
        await CheckAsync("logins");

        await FollowAsync("Back to the account");
        await ClickAsync("Sign out");
        await SignInExternallyAsync("Ada");
        await Expect(_page.GetByText(Email)).ToBeVisibleAsync();

        await FollowAsync("External logins");
        await ClickAsync("Unlink Test provider, ada");
        await Expect(Status).ToHaveTextAsync("The external login was unlinked.");
        await Expect(_page.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task An_external_login_registers_a_user_who_returns_downloads_the_data_and_is_deleted()
    {
        for (int visit = 1; visit <= 2; visit++)
        {
            await SignInExternallyAsync("Grace");
            await Expect(_page.GetByText("grace@provider.example")).ToBeVisibleAsync();
            if (visit == 1)
                await ClickAsync("Sign out");
        }

        IDownload download = await _page.RunAndWaitForDownloadAsync(() => ClickAsync("Download my data"));
        using JsonDocument data = JsonDocument.Parse(await File.ReadAllTextAsync(await download.PathAsync()));
        JsonElement user = data.RootElement.GetProperty("items").EnumerateArray().Single(item => item.GetProperty("kind").GetString() == "user");
        user.GetProperty("attributes").GetProperty("email").GetString().Should().Be("grace@provider.example");
        user.GetProperty("attributes").GetProperty("logins").ToString().Should().Contain("\"grace\"");

        await ClickAsync("Delete me");
        await Expect(Title).ToHaveTextAsync("Accounts in DynamoDB");
        await OpenAsync("Account");
        await Expect(Title).ToHaveTextAsync("Sign in");
    }

    private ILocator Title => _page.GetByRole(AriaRole.Heading, new() { Level = 1 });

    private ILocator Status => _page.GetByRole(AriaRole.Status);

    // Passkeys need a host name.
    private Task OpenAsync(string page) => _page.GotoAsync($"http://localhost:{new Uri(_service.Urls.Single()).Port}/{page}");

    private Task ClickAsync(string button) => _page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();

    private Task FollowAsync(string link) => _page.GetByRole(AriaRole.Link, new() { Name = link, Exact = true }).ClickAsync();

    private async Task RegisterAsync()
    {
        await OpenAsync("Register");
        await _page.FillAsync("#Email", Email);
        await _page.FillAsync("#Password", Password);
        await ClickAsync("Register");
        await Expect(Title).ToHaveTextAsync("Account");
    }

    private async Task SignInAsync(string password)
    {
        await OpenAsync("Login");
        await _page.FillAsync("#Email", Email);
        await _page.FillAsync("#Password", password);
        await ClickAsync("Sign in");
    }

    private async Task SignInExternallyAsync(string name)
    {
        await OpenAsync("Login");
        await CheckAsync("login");
        await ClickAsync("Sign in with the test provider");
        await CheckAsync("provider");
        await _page.FillAsync("#name", name);
        await ClickAsync("Continue");
    }

    private async Task CheckAsync(string state)
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "artifacts");
        Directory.CreateDirectory(folder);
        await _page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"identity-{state}.png") });
        (await AxeCore.FindViolationsAsync(_page)).Should().BeEmpty($"the state {state} must be accessible");
    }

    // RFC 6238.
    private static string CodeOf(string key)
    {
        byte[] secret = [.. key.Chunk(8).SelectMany(chunk =>
        {
            ulong bits = chunk.Aggregate(0UL, (sum, letter) => (sum << 5) | (uint)"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(letter, StringComparison.Ordinal));
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(bytes, bits);
            return bytes[3..].ToArray();
        })];
        byte[] step = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(step, DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 30);
#pragma warning disable CA5350 // The algorithm of authenticator apps.
        byte[] hash = HMACSHA1.HashData(secret, step);
#pragma warning restore CA5350
        int code = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 15)) & int.MaxValue;
        return (code % 1_000_000).ToString("D6", System.Globalization.CultureInfo.InvariantCulture);
    }
}
